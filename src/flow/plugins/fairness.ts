/** Plugin types of the fairness policies. */
import { Fields } from '../../routing/config/fields.ts';
import { definePlugin, ignoreParameters, type PluginFigure } from '../../routing/plugin.ts';
import { GLOBAL_STRICT_FAIRNESS } from '../policies/global-strict.ts';
import {
  jainsIndex,
  ProgramAwareFairness,
  type ProgramAwareParameters,
  type ProgramFigures,
} from '../policies/program-aware.ts';
import { ROUND_ROBIN_FAIRNESS } from '../policies/round-robin.ts';

export const globalStrictFairnessPolicy = definePlugin({
  type: 'global-strict-fairness-policy',
  kinds: ['fairness-policy'],
  stability: 'beta',
  summary: 'no fairness between flows: the best request of the band by the ordering policy',
  parse: ignoreParameters,
  create: () => ({ fairness: GLOBAL_STRICT_FAIRNESS }),
});

export const roundRobinFairnessPolicy = definePlugin({
  type: 'round-robin-fairness-policy',
  kinds: ['fairness-policy'],
  stability: 'beta',
  summary: 'flows with waiting requests take turns',
  parse: ignoreParameters,
  create: () => ({ fairness: ROUND_ROBIN_FAIRNESS }),
});

export const programAwareFairness = definePlugin<ProgramAwareParameters>({
  type: 'program-aware-fairness',
  kinds: ['fairness-policy', 'pre-request', 'response'],
  stability: 'beta',
  summary: 'the flow with the least attained service (decayed tokens), with some weight on waiting time',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'strategy',
      'lasWeightService',
      'lasWeightHeadWait',
      'lasHalfLifeSeconds',
      'evictionTtlSeconds',
      'evictionSweepSeconds',
    ]);
    fields.oneOf('strategy', 'las', ['las']);
    return {
      lasWeightService: fields.number('lasWeightService', 0.8, { min: 0 }),
      lasWeightHeadWait: fields.number('lasWeightHeadWait', 0.2, { min: 0 }),
      lasHalfLifeSeconds: fields.number('lasHalfLifeSeconds', 60, { min: 0 }),
      evictionTtlSeconds: fields.number('evictionTtlSeconds', 3600, { above: 0 }),
      evictionSweepSeconds: fields.number('evictionSweepSeconds', 300, { above: 0 }),
    };
  },
  create(parameters) {
    const fairness = new ProgramAwareFairness(parameters);
    return {
      fairness,
      hooks: {
        onDispatched: ({ fairnessId, arrivalUs }, _draft, nowUs) =>
          fairness.dispatched(fairnessId, nowUs, nowUs - arrivalUs),
        onFinished: (request, _dispatch, usage, _cause, nowUs) =>
          fairness.finished(request.fairnessId, usage, nowUs),
      },
      figures: (nowUs) => figuresOf(fairness.programs(nowUs)),
    };
  },
});

function figuresOf(programs: readonly ProgramFigures[]): PluginFigure[] {
  const waits = programs.map(({ meanWaitUs }) => meanWaitUs);
  const gauge = (name: string, value: number, labels = {}): PluginFigure => ({
    ...{ name: `program_aware_${name}`, kind: 'gauge', labels, value },
  });
  return [
    gauge('jains_fairness_index', jainsIndex(waits)),
    ...programs.flatMap(({ id, service, meanWaitUs }) => [
      gauge('avg_wait_time_milliseconds', meanWaitUs / 1000, { program_id: id }),
      gauge('attained_service_tokens', service, { program_id: id }),
    ]),
  ];
}
