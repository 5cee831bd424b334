/** Tuning finds what is known to be better, gives its verdict on seeds it has not seen, and says so when nothing is gained. */
import { expect, test } from 'vitest';
import { createStreams } from '../../sim/kernel/streams.ts';
import { LabJob } from '../../sim/lab/lab-job.ts';
import type { LabRun } from '../../sim/lab/lab-run.ts';
import { type TuneReport, tuneRouter } from '../../sim/lab/tune.ts';
import { parseTune, startConfig } from '../../sim/lab/tune-parse.ts';
import { ConfigError } from '../../src/core/check.ts';
import { userPluginsOf } from '../../src/plugin-api/plugin-module.ts';
import { createRouter } from '../../src/router.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';

/** Wants the first endpoint, by as much as its weight and `pull` say; `idle` says nothing at all. */
const plugins = userPluginsOf(
  {
    plugins: ['first-only', 'idle'].map((type) => ({
      type,
      kinds: ['scorer'],
      defaults: { pull: 1 },
      create: ({ pull }: { pull: number }) => ({
        scorer: {
          score({ rows, count }: { rows: Int32Array; count: number }, out: Float64Array) {
            for (let i = 0; i < count; i++) out[i] = type === 'first-only' && rows[i] === 0 ? pull : 0;
          },
        },
      }),
    })),
  },
  '',
);
const config = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'first-only' },
    { type: 'idle' },
    { type: 'active-request-scorer' },
    { type: 'max-score-picker' },
  ],
  schedulingProfiles: [
    {
      name: 'default',
      plugins: [
        { pluginRef: 'first-only', weight: 4 },
        { pluginRef: 'idle', weight: 1 },
        { pluginRef: 'active-request-scorer', weight: 1 },
        { pluginRef: 'max-score-picker' },
      ],
    },
  ],
};

const source = (extra: object): Record<string, unknown> => ({
  start: { config },
  goal: 'e2eMs.mean',
  ...{ candidates: 9, eta: 3, rounds: 1, seeds: 4 },
  workloads: {
    chat: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: 30 },
      input: { dist: 'lognormal', mean: 400, cv: 1 },
      output: { dist: 'constant', value: 60 },
    },
  },
  fleet: {
    pools: [
      {
        ...{ name: 'all', role: 'both', replicas: 3, gpu: 'h100-sxm', model: 'llama-3.1-8b' },
        engine: { name: 'vllm', args: { max_num_seqs: 16 } },
      },
    ],
  },
  run: { requests: 60 },
  heldOut: { seeds: 4 },
  ...extra,
});

function tuned(document: unknown): {
  report: TuneReport;
  asked: { seeds: readonly number[]; cells: number }[];
} {
  const tune = parseTune(document);
  const search = tuneRouter(tune, 'test', { config: startConfig(tune, config), plugins });
  const asked: { seeds: readonly number[]; cells: number }[] = [];
  let runs: readonly (readonly LabRun[])[] = [];
  for (let step = search.next(runs); ; step = search.next(runs)) {
    if (step.done === true) return { report: step.value, asked };
    asked.push({ seeds: step.value.seeds, cells: step.value.cells.length });
    const job = new LabJob(step.value.cells, { seeds: step.value.seeds });
    while (!job.step(100_000));
    runs = job.runs;
  }
}

test('finds the weight under which requests are not crowded, and wins on seeds that were held out', () => {
  const { report, asked } = tuned(source({ search: [{ weight: 'first-only', min: 0, max: 4 }] }));
  expect(report.keeps).toBe('tuned');
  expect(report.best.settings['weight of first-only']).toBeLessThan(1);
  expect(report.best.gain).toBeGreaterThan(0.2);
  expect(report.rungs.map(({ candidates, seeds }) => [candidates.length, seeds])).toEqual([
    [9, 1],
    [3, 3],
    [1, 4],
  ]);
  for (const { candidates } of report.rungs) {
    const gains = candidates.map(({ gain }) => gain!);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
  }
  // Start and 9 candidates once; then only what has not been run.
  expect(asked.map(({ seeds, cells }) => [seeds.join(), cells])).toEqual([
    ['1', 10],
    ['2', 4],
    ['3', 4],
    ['4', 2],
    ['101,102,103,104', 3],
  ]);
  expect(report.verdict.seeds).toEqual([101, 102, 103, 104]);
  expect(report.verdict.null.length).toBeGreaterThan(0);
  const table = new EndpointTable();
  createRouter({
    ...{ config: JSON.parse(JSON.stringify(report.best.config)), table, streams: createStreams(1) },
    ...{ output: { dispatch() {}, reject() {}, evict() {} }, allowExperimentalPlugins: false },
    extraPlugins: plugins.router,
  });
});

test('a parameter is searched as well as a weight; a later round looks around the best one', () => {
  const search = [{ parameter: 'first-only.pull', min: 0.01, max: 1, scale: 'log' }];
  const { report } = tuned(source({ search, candidates: 6, rounds: 2, seeds: 3 }));
  expect(report.keeps).toBe('tuned');
  const first = report.rungs.find(({ round }) => round === 2)!;
  const values = first.candidates.map(({ settings }) => settings['first-only.pull']!);
  const best = report.rungs.filter(({ round }) => round === 1).at(-1)!.candidates[0]!.settings[
    'first-only.pull'
  ]!;
  expect(values).toContain(best);
  for (const value of values) expect(Math.abs(Math.log(value / best))).toBeLessThan(0.21 * Math.log(100));
});

test('where no setting matters the start is kept', () => {
  const { report } = tuned(
    source({ search: [{ weight: 'idle', values: [0, 1, 2] }], candidates: 3, seeds: 2 }),
  );
  expect(report.keeps).toBe('start');
  expect(report.best.gain).toBe(0);
});

test('mistakes are named with their place', () => {
  const problem = (extra: object): string => {
    try {
      const tune = parseTune(source({ search: [{ weight: 'idle', min: 0, max: 1 }], ...extra }));
      startConfig(tune, config);
      return 'none';
    } catch (error) {
      return error instanceof ConfigError ? error.message : `another: ${error}`;
    }
  };
  expect(problem({})).toBe('none');
  expect(problem({ heldOut: { seed: 3 } })).toMatch(/heldOut.seed: found 3 to 10, expected seeds apart/);
  expect(problem({ goal: 'ttftMs.p999' })).toMatch(/goal: found "ttftMs.p999"/);
  expect(problem({ search: [{ weight: 'idl', min: 0, max: 1 }] })).toMatch(
    /search\[0\].weight: found "idl", expected idle/,
  );
  expect(problem({ search: [{ parameter: 'none.x', min: 0, max: 1 }] })).toMatch(
    /search\[0\].parameter: found "none.x"/,
  );
  expect(problem({ search: [{ weight: 'idle', min: 2, max: 1 }] })).toMatch(/search\[0\].max: found 1/);
  expect(problem({ search: [{ weight: 'idle' }] })).toMatch(/search\[0\]: found no range/);
  expect(problem({ search: [{ min: 0, max: 1 }] })).toMatch(
    /search\[0\]: found neither weight nor parameter/,
  );
});
