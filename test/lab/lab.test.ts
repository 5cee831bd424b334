import { expect, test } from 'vitest';
import { BASELINES } from '../../sim/lab/baselines/all.ts';
import { LabJob } from '../../sim/lab/lab-job.ts';
import { type LabReport, labReport } from '../../sim/lab/lab-report.ts';
import { atLoad } from '../../sim/lab/loads.ts';
import { parseLab } from '../../sim/lab/parse.ts';
import { labSeeds, type PolicyFiles, planLab } from '../../sim/lab/plan.ts';
import { ConfigError } from '../../src/core/check.ts';
import { pluginsOf } from '../../src/plugin-api/plugin-module.ts';

const fleet = {
  pools: [
    {
      name: 'all',
      role: 'both',
      replicas: 4,
      gpu: 'h100-sxm',
      model: 'llama-3.1-8b',
      engine: { name: 'vllm' },
    },
  ],
};

const workload = {
  kind: 'synthetic',
  arrivals: { process: 'poisson', rateRps: 40 },
  prefixes: { groups: 12, tokens: 2048 },
  input: { dist: 'lognormal', mean: 400, cv: 1 },
  output: { dist: 'constant', value: 40 },
};

function document(policies: readonly object[], extra: object = {}): Record<string, unknown> {
  return {
    seeds: 4,
    policies,
    workloads: { chat: workload },
    fleet,
    slo: { ttftMs: { p95: 500 } },
    run: { requests: 200 },
    ...extra,
  };
}

function runLab(source: Record<string, unknown>, files: PolicyFiles = {}): LabReport {
  const lab = parseLab(source);
  const cells = planLab(lab, (policy) =>
    policy.config === undefined
      ? {}
      : { ...files, config: policy.config as object as Record<string, unknown> },
  );
  const job = new LabJob(cells, { seeds: labSeeds(lab) });
  while (!job.step(100_000));
  return labReport(lab, 'test', cells, job.runs);
}

const verdictOf = (report: LabReport, policy: string, metric: string) =>
  report.cells.find((one) => one.policy === policy && one.metric === metric)?.verdict;

test('on shared prefixes the prefix-aware policy wins cache hits and TTFT over random', () => {
  const report = runLab(
    document([
      { name: 'random', baseline: 'random' },
      { name: 'aware', baseline: 'llm-d-default' },
    ]),
  );
  expect(verdictOf(report, 'aware', 'cache.hitRate')).toBe('win');
  expect(verdictOf(report, 'aware', 'ttftMs.p50')).toBe('win');
  expect(verdictOf(report, 'random', 'ttftMs.p50')).toBe('baseline');
  expect(report.null.map((one) => one.metric)).toContain('ttftMs.p95');
});

test('equal labs give equal bytes', () => {
  const source = document([
    { name: 'a', baseline: 'random' },
    { name: 'b', baseline: 'power-of-two' },
  ]);
  expect(JSON.stringify(runLab(source))).toBe(JSON.stringify(runLab(source)));
});

test('the same policy under two names differs by nothing: policies see the same requests', () => {
  const report = runLab(
    document([
      { name: 'a', baseline: 'least-requests' },
      { name: 'b', baseline: 'least-requests' },
    ]),
  );
  for (const one of report.cells.filter((cell) => cell.policy === 'b')) expect(one.diff).toBe(0);
});

test('the A/A row sees the same requests with other ties', () => {
  const report = runLab(document([{ name: 'a', baseline: 'random' }]));
  const [cell, twin] = report.runs;
  expect(twin!.isNull).toBe(true);
  expect(twin!.fingerprints[0]).not.toBe(cell!.fingerprints[0]);
  const steady = runLab(document([{ name: 'a', baseline: 'round-robin' }]));
  expect(steady.runs[1]!.fingerprints).toEqual(steady.runs[0]!.fingerprints);
  expect(steady.notes.join()).toContain('breaks no ties');
});

test('round-robin shares requests evenly', () => {
  const { kind, arrivals, output } = workload;
  const plain = { kind, arrivals, output, input: { dist: 'constant', value: 400 } };
  const report = runLab(document([{ name: 'rr', baseline: 'round-robin' }], { workloads: { chat: plain } }));
  expect(report.cells.find((one) => one.metric === 'fairness.endpoints')!.mean).toBeCloseTo(1, 9);
});

test.each(BASELINES.filter((one) => one.name !== 'pd-threshold').map((one) => one.name))(
  '%s serves every request',
  (name) => {
    const report = runLab(document([{ name, baseline: name }], { seeds: 1, metrics: ['counts.completed'] }));
    expect(report.cells[0]!.mean).toBe(200);
  },
);

test('a threshold decider serves every request of a fleet with prefill and decode pools', () => {
  const pool = fleet.pools[0]!;
  const pools = [
    { ...pool, name: 'p', role: 'prefill', replicas: 2 },
    { ...pool, name: 'd', role: 'decode', replicas: 2 },
  ];
  const report = runLab(
    document([{ name: 'pd', baseline: 'pd-threshold' }], {
      seeds: 1,
      fleet: { pools },
      metrics: ['counts.completed'],
    }),
  );
  expect(report.cells[0]!.mean).toBe(200);
});

test('a plugin of a user that sends everything to one endpoint loses', () => {
  const plugins = pluginsOf(
    {
      plugin: {
        type: 'first-only',
        kinds: ['scorer'],
        defaults: { favourite: 0 },
        create: ({ favourite }: { favourite: number }) => ({
          scorer: {
            score(cycle: { count: number; rows: Int32Array }, out: Float64Array) {
              for (let i = 0; i < cycle.count; i++) out[i] = cycle.rows[i] === favourite ? 1 : 0;
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
    plugins: [{ type: 'first-only', parameters: { favourite: 2 } }, { type: 'max-score-picker' }],
    schedulingProfiles: [
      { name: 'default', plugins: [{ pluginRef: 'first-only' }, { pluginRef: 'max-score-picker' }] },
    ],
  };
  const report = runLab(
    document(
      [
        { name: 'base', baseline: 'least-requests' },
        { name: 'own', config },
      ],
      { metrics: ['ttftMs.p95', 'fairness.endpoints'] },
    ),
    { plugins: { router: plugins, engine: [] } },
  );
  expect(verdictOf(report, 'own', 'ttftMs.p95')).toBe('loss');
  expect(verdictOf(report, 'own', 'fairness.endpoints')).toBe('loss');
  expect(() => plugins[0]!.bind({ favorite: 1 }, 'p')).toThrow(
    /p.favorite: found an unknown key, expected favourite/,
  );
});

test('mistakes are named with their place', () => {
  const problems = (source: unknown): string => {
    try {
      parseLab(source);
      return 'none';
    } catch (error) {
      return error instanceof ConfigError ? error.message : String(error);
    }
  };
  expect(problems(document([{ name: 'a', baseline: 'randon' }]))).toMatch(
    /policies\[0\]\.baseline: found "randon", expected random/,
  );
  expect(problems(document([{ name: 'a' }]))).toMatch(/policies\[0\]: found neither baseline nor config/);
  expect(
    problems(document([{ name: 'a', baseline: 'random', fleet: 'x' }], { fleets: { y: fleet } })),
  ).toMatch(/policies\[0\]\.fleet/);
  expect(problems(document([{ name: 'a', baseline: 'random' }], { metrics: ['ttftMs.p96'] }))).toMatch(
    /metrics\[0\].*ttftMs/,
  );
  expect(problems(document([{ name: 'a', baseline: 'random' }], { polcies: 1 }))).toMatch(
    /polcies: found an unknown key, expected policies/,
  );
  expect(problems(3)).toMatch(/expected a mapping/);
});

test('mistakes within a workload or a configuration are named with their place in the lab', () => {
  const workloads = { chat: { kind: 'preset', name: 'chatt' } };
  expect(() => runLab(document([{ name: 'a', baseline: 'random' }], { workloads }))).toThrow(
    /workloads\.chat\.name/,
  );
  const config = {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: [{ type: 'queue' }],
  };
  expect(() => runLab(document([{ name: 'a', config }]))).toThrow(
    /policies\[0\]\.config\.plugins\[0\]\.type/,
  );
});

test('a load scales arrivals and nothing else', () => {
  const spec = parseLab(document([{ name: 'a', baseline: 'random' }])).workloads['chat']!;
  expect(atLoad(spec, 2, 'loads[0]')).toEqual({ ...spec, arrivals: { process: 'poisson', rateRps: 80 } });
  expect(atLoad(spec, { rps: 7 }, 'loads[0]')).toEqual({
    ...spec,
    arrivals: { process: 'poisson', rateRps: 7 },
  });
  const trace = { kind: 'trace', format: 'azure', rateScale: 2 } as const;
  expect(atLoad(trace, 1.5, 'loads[0]')).toEqual({ ...trace, rateScale: 3 });
  expect(() => atLoad(trace, { rps: 5 }, 'loads[0]')).toThrow(/loads\[0\]: found a rate for a trace/);
});

test('modules that hold no plugin say so', () => {
  expect(() => pluginsOf({}, '')).toThrow(/an export named plugin/);
  expect(() => pluginsOf({ plugin: { type: 'x', kinds: [] } }, '')).toThrow(/plugin\.kinds/);
  expect(() => pluginsOf({ plugin: { type: 'x', kinds: ['scorer'] } }, '')).toThrow(/plugin\.create/);
});
