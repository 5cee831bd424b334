/** Decisions replayed with their alternatives: alike up to the decision, and regret that can be worked out. */
import { expect, test } from 'vitest';
import { Simulation } from '../../sim/cluster/simulate.ts';
import { oneCounterfactual } from '../../sim/lab/counterfactuals.ts';
import { LabJob, openLabCell } from '../../sim/lab/lab-job.ts';
import { type LabReport, labReport } from '../../sim/lab/lab-report.ts';
import { parseLab } from '../../sim/lab/parse.ts';
import { counterfactualsOf, labSeeds, planLab } from '../../sim/lab/plan.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { userPluginsOf } from '../../src/plugin-api/plugin-module.ts';

const plugins = userPluginsOf(
  {
    plugin: {
      type: 'first-only',
      kinds: ['scorer'],
      create: () => ({
        scorer: {
          score(cycle: { count: number; rows: Int32Array }, out: Float64Array) {
            for (let i = 0; i < cycle.count; i++) out[i] = cycle.rows[i] === 0 ? 1 : 0;
          },
        },
      }),
    },
  },
  '',
);
const config = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [{ type: 'first-only' }, { type: 'max-score-picker' }],
  schedulingProfiles: [
    { name: 'default', plugins: [{ pluginRef: 'first-only' }, { pluginRef: 'max-score-picker' }] },
  ],
};

function lab(pools?: object[]): ReturnType<typeof parseLab> {
  const pool = {
    ...{ name: 'all', role: 'both', replicas: 3, gpu: 'h100-sxm', model: 'llama-3.1-8b' },
    engine: { name: 'vllm', args: { max_num_seqs: 8 } },
  };
  return parseLab({
    seeds: 1,
    policies: pools === undefined ? [{ name: 'first', config }] : [{ name: 'pd', baseline: 'llm-d-default' }],
    workloads: {
      chat: {
        kind: 'synthetic',
        arrivals: { process: 'poisson', rateRps: 12 },
        input: { dist: 'lognormal', mean: 600, cv: 1 },
        output: { dist: 'lognormal', mean: 120, cv: 0.5 },
      },
    },
    fleet: { pools: pools ?? [pool] },
    counterfactuals: { decisions: 6, alternatives: 2 },
    run: { requests: 80 },
  });
}

function run(document: ReturnType<typeof parseLab>): LabReport {
  const cells = planLab(document, ({ config: own }) =>
    own === undefined ? {} : { config: own as Record<string, unknown>, plugins },
  );
  const job = new LabJob(cells, { seeds: labSeeds(document), ...counterfactualsOf(document) });
  let before = 0;
  while (!job.step(1000)) {
    expect(job.done).toBeGreaterThanOrEqual(before);
    before = job.done;
  }
  return labReport(document, 'test', cells, job.runs, job);
}

test('a policy that crowds one endpoint regrets it, by as much as the best alternative was faster', () => {
  const [cell] = run(lab()).counterfactuals;
  expect(cell!.decisions).toHaveLength(6);
  for (const { picked, alternatives, ttftRegretMs, e2eRegretMs } of cell!.decisions) {
    expect(alternatives).toHaveLength(2);
    expect(new Set([picked, ...alternatives].map((one) => one.endpoint)).size).toBe(3);
    const times = [picked, ...alternatives].map((one) => one.ttftMs!);
    expect(ttftRegretMs).toBeCloseTo(picked.ttftMs! - Math.min(...times), 9);
    expect(e2eRegretMs).toBeGreaterThanOrEqual(0);
  }
  // Nothing else is ever sent to the other endpoints: late requests wait at the first one, and would not there.
  const late = cell!.decisions.at(-1)!;
  expect(late.alternatives[0]!.ttftMs).toBeLessThan(late.picked.ttftMs! / 2);
  expect(cell!.oracle.ttftMeanMs).toBeLessThan(cell!.own.ttftMeanMs! / 2);
  expect(cell!.meanTtftRegretMs).toBeGreaterThan(0);
  // Alone on an idle fleet nothing is slower than in any company.
  for (const figure of ['ttftMeanMs', 'ttftP95Ms', 'e2eMeanMs', 'e2eP95Ms'] as const) {
    expect(cell!.floor![figure]).toBeLessThan(cell!.oracle[figure]!);
    expect(cell!.floor![figure]).toBeLessThan(cell!.own[figure]!);
  }
});

test('equal labs give equal counterfactuals', () => {
  expect(JSON.stringify(run(lab()).counterfactuals)).toBe(JSON.stringify(run(lab()).counterfactuals));
});

test('of a disaggregated request it is the prefill endpoint that alternatives are looked for', () => {
  const pool = { gpu: 'h100-sxm', model: 'llama-3.1-8b', engine: { name: 'vllm' }, replicas: 2 };
  const pools = [
    { ...pool, name: 'p', role: 'prefill' },
    { ...pool, name: 'd', role: 'decode' },
  ];
  const [cell] = run(lab(pools)).counterfactuals;
  expect(cell!.decisions).toHaveLength(6);
  for (const { profile, picked, alternatives } of cell!.decisions) {
    expect(profile).toBe('prefill');
    for (const { endpoint } of [picked, ...alternatives]) expect(endpoint).toMatch(/p-?\d/);
    expect(alternatives[0]!.e2eMs).toBeGreaterThan(0);
  }
});

test('a pinned run is the same up to the decision, and the same to the end when pinned to the own pick', () => {
  const document = lab();
  const [cell] = planLab(document, () => ({ config, plugins }));
  const played = (pinned: string | null): { ended: SimRequest[]; atUs: number } => {
    const ended: SimRequest[] = [];
    let atUs = 0;
    const simulation = new Simulation(cell!.scenario, {
      ...{ seed: 1, fastForward: true, extraPlugins: cell!.plugins },
      pin: (request) => {
        if (request.id !== 40) return null;
        atUs = request.arrivalUs;
        return pinned;
      },
      onRecord: (request) => void ended.push(request),
    });
    while (!simulation.advance(1000));
    return { ended, atUs };
  };
  const courses = (list: readonly SimRequest[]): unknown[] =>
    list.map(({ request, course }) => [request.id, course.endpoint, course.firstTokenUs, course.endUs]);
  const free = played(null);
  const first = free.ended.find((one) => one.request.id === 40)!;
  const cluster = free.ended[0]!.course.endpoint;
  expect(first.course.endpoint).toBe(cluster);
  const ids = run(document).counterfactuals[0]!.decisions[0]!;
  expect(courses(played(ids.picked.endpoint).ended)).toEqual(courses(free.ended));
  const other = played(ids.alternatives[0]!.endpoint);
  expect(other.ended.find((one) => one.request.id === 40)!.course.endpoint).not.toBe(cluster);
  const before = (list: readonly SimRequest[]): SimRequest[] =>
    list.filter((one) => one.course.endUs < free.atUs);
  expect(before(free.ended).length).toBeGreaterThan(10);
  expect(courses(before(other.ended))).toEqual(courses(before(free.ended)));
});

test('one decision alone is replayed as among all of them', () => {
  const document = lab();
  const [cell] = planLab(document, ({ config: own }) => ({
    config: own as Record<string, unknown>,
    plugins,
  }));
  const { decisions } = run(document).counterfactuals![0]!;
  const replay = (request: number): unknown => {
    const steps = oneCounterfactual(cell!, labSeeds(document)[0]!, request, 2, (own, seed, options) =>
      openLabCell(own, seed, undefined, options),
    );
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return step.value;
  };
  for (const decision of decisions.slice(0, 2)) expect(replay(decision.request)).toEqual(decision);
  expect(replay(1_000_000)).toBeNull();
});
