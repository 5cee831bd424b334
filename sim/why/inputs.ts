/** What of a scenario is an estimate, and may be more or less: each input can be scaled by a factor. */
import { atLoad } from '../lab/loads.ts';
import type { LengthSpec, Scenario, SyntheticSpec } from '../scenario/schema.ts';
import { presetWorkload } from '../workload/preset.ts';
import { kvLinkOf, movesKv } from './changes.ts';

/** An input of a scenario. */
export interface Input {
  readonly id: string;
  readonly label: string;
  /** Usual error of such an estimate, as a share: the tornado goes so far to both sides. */
  readonly error: number;
  /** The scenario with the input times `factor`; null where the scenario has no such input. */
  readonly scaled: (scenario: Scenario, factor: number) => Scenario | null;
}

/** All inputs, in the order of reports. */
export const INPUTS: readonly Input[] = [
  {
    id: 'load',
    label: 'offered load',
    error: 0.2,
    scaled: (scenario, factor) => ({ ...scenario, workload: atLoad(scenario.workload, factor, 'workload') }),
  },
  lengths('input', 'input length', (workload, factor) => ({
    ...workload,
    input: longer(workload.input, factor),
  })),
  lengths('output', 'output length', (workload, factor) => ({
    ...workload,
    output: longer(workload.output, factor),
  })),
  lengths('prefix', 'shared prefix length', (workload, factor) => {
    const has =
      workload.prefixes !== undefined || (workload.classes ?? []).some((one) => one.prefixes !== undefined);
    return has ? { ...workload, ...prefixesOf(workload.prefixes, factor) } : null;
  }),
  {
    id: 'stepTime',
    label: 'step time',
    error: 0.1,
    scaled: (scenario, factor) => ({
      ...scenario,
      run: { ...scenario.run, stepTimeFactor: (scenario.run?.stepTimeFactor ?? 1) * factor },
    }),
  },
  { id: 'link', label: 'KV link bandwidth', error: 0.2, scaled: linkScaled },
];

/** An input of synthetic workloads, their classes included. */
function lengths(
  id: 'input' | 'output' | 'prefix',
  label: string,
  scale: (workload: SyntheticSpec, factor: number) => SyntheticSpec | null,
): Input {
  return {
    id,
    label,
    error: 0.2,
    scaled: (scenario, factor) => {
      const { workload } = scenario;
      if (workload.kind === 'trace') return null;
      const scaled = scale(workload.kind === 'preset' ? presetWorkload(workload) : workload, factor);
      if (scaled === null) return null;
      if (scaled.classes === undefined) return { ...scenario, workload: scaled };
      const classes = scaled.classes.map((one) => ({
        ...one,
        ...(id === 'input' && one.input !== undefined ? { input: longer(one.input, factor) } : {}),
        ...(id === 'output' && one.output !== undefined ? { output: longer(one.output, factor) } : {}),
        ...(id === 'prefix' ? prefixesOf(one.prefixes, factor) : {}),
      }));
      return { ...scenario, workload: { ...scaled, classes } };
    },
  };
}

function prefixesOf(
  prefixes: SyntheticSpec['prefixes'],
  factor: number,
): { prefixes?: NonNullable<SyntheticSpec['prefixes']> } {
  return prefixes === undefined
    ? {}
    : { prefixes: { ...prefixes, tokens: Math.max(1, prefixes.tokens * factor) } };
}

/** The distribution stretched, bounds included. */
function longer(length: LengthSpec, factor: number): LengthSpec {
  const bounds = {
    ...(length.min === undefined ? {} : { min: length.min * factor }),
    ...(length.max === undefined ? {} : { max: length.max * factor }),
  };
  switch (length.dist) {
    case 'constant':
      return { ...length, ...bounds, value: length.value * factor };
    case 'uniform':
      return { ...length, min: length.min * factor, max: length.max * factor };
    case 'lognormal':
      return { ...length, ...bounds, mean: length.mean * factor };
    case 'empirical':
      return { ...length, ...bounds, quantiles: length.quantiles.map(([q, tokens]) => [q, tokens * factor]) };
  }
}

/** Of fleets that move KV; a link that has a name, or none, counts with its numbers. */
function linkScaled(scenario: Scenario, factor: number): Scenario | null {
  if (!movesKv(scenario)) return null;
  const { fleet } = scenario;
  const pools = fleet.pools.map((pool) => {
    const link = kvLinkOf(pool, fleet);
    return { ...pool, link: { ...link, GBps: link.GBps * factor } };
  });
  return { ...scenario, fleet: { ...fleet, pools } };
}
