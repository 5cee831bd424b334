import { describe, expect, test } from 'vitest';
import { parseComparison, parseDocument, parseScenario } from '../../sim/scenario/parse.ts';
import { ConfigError } from '../../src/core/check.ts';

/** A valid scenario; `changes` replace top-level keys. */
function scenario(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'test',
    workload: workload(),
    fleet: { pools: [pool()] },
    ...changes,
  };
}

function workload(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 5 },
    input: { dist: 'lognormal', mean: 500, cv: 1 },
    output: { dist: 'constant', value: 100 },
    ...changes,
  };
}

function pool(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'gpus',
    role: 'both',
    replicas: 2,
    gpu: 'h100-sxm',
    model: 'llama-3.1-8b',
    engine: { name: 'vllm' },
    ...changes,
  };
}

const pools = (...list: Record<string, unknown>[]): Record<string, unknown> =>
  scenario({ fleet: { pools: list } });

/** Lines of the ConfigError that `run` throws. */
function complaints(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const problemsOf = (document: unknown): string[] => complaints(() => parseScenario(document));

describe('valid documents', () => {
  test('come back as they were written, with a bound for endless arrivals', () => {
    expect(parseScenario(scenario())).toEqual({ ...scenario(), run: { requests: 1000 } });
    expect(parseScenario(scenario({ run: { durationS: 5 } })).run).toEqual({ durationS: 5 });
    const burst = workload({ arrivals: { process: 'burst', requests: 3 } });
    expect(parseScenario(scenario({ workload: burst })).run).toEqual({});
  });

  test('every form of every field is accepted', () => {
    const document = scenario({
      seed: 7,
      description: 'all of it',
      workload: workload({
        input: {
          dist: 'empirical',
          quantiles: [
            [0, 1],
            [0.5, 374],
            [1, 2000],
          ],
          min: 4,
          max: 900,
        },
        output: { dist: 'uniform', min: 1, max: 10 },
        prefixes: { groups: 4, tokens: 512, zipf: 1.1 },
        sessions: { turns: { dist: 'uniform', min: 1, max: 4 }, thinkTimeS: 3 },
        classes: [{ name: 'a', weight: 1, priority: -2 }],
      }),
      fleet: {
        pools: [
          pool({ name: 'p', role: 'prefill', link: { GBps: 50, baseUs: 20 }, labels: { zone: 'x' } }),
          pool({ name: 'd', role: 'decode', model: { config: 'config.json' }, parallel: { tp: 2 } }),
        ],
        network: { kvLink: 'ib-ndr400' },
      },
      router: { config: { plugins: [] }, scrapeIntervalMs: 100 },
      slo: { ttftMs: { p95: 1000, 'p99.9': 5000 }, attainment: 0.99 },
      run: { requests: 10, warmupS: 1 },
      assert: ['ttftMs.p95 <= 1000'],
      prices: { gpuHourUsd: { 'h100-sxm': 2.5 } },
      calibration: {
        kind: 'affine',
        baseUs: 1000,
        perSequenceUs: 1,
        perPrefillTokenUs: 1,
        perContextTokenUs: 0,
        frontEndUs: 0,
      },
    });
    expect(problemsOf(document)).toEqual([]);
  });

  test('a document with fleets is a comparison, any other a scenario', () => {
    const { fleet: _, ...rest } = scenario();
    const fleets = [
      { name: 'a', pools: [pool()] },
      { name: 'b', pools: [pool()] },
    ];
    expect(parseDocument({ ...rest, fleets }).kind).toBe('comparison');
    expect(parseDocument(scenario()).kind).toBe('scenario');
  });
});

describe('what the schema refuses', () => {
  test.each<[string, unknown, string[]]>([
    ['no mapping', 'text', ['input: found "text", expected a mapping with keys such as workload and fleet']],
    ['nothing', null, ['input: found null, expected a mapping with keys such as workload and fleet']],
    [
      'missing parts',
      {},
      [
        'workload: found nothing, expected a mapping with kind: synthetic, trace or preset',
        'fleet: found nothing, expected a mapping with pools',
      ],
    ],
    [
      'a wrong count',
      pools(pool(), pool({ name: 'b', replicas: 0 })),
      ['fleet.pools[1].replicas: found 0, expected at least 1: no autoscaler rule names the pool b'],
    ],
    [
      'a fraction',
      pools(pool({ replicas: 1.5 })),
      ['fleet.pools[0].replicas: found 1.5, expected an integer >= 0'],
    ],
    [
      'a mistyped key',
      pools(pool({ replica: 3 })),
      ['fleet.pools[0].replica: found an unknown key, expected replicas (the nearest known key)'],
    ],
    [
      'no pools',
      scenario({ fleet: { pools: [] } }),
      ['fleet.pools: found an empty list, expected a list of at least 1'],
    ],
    [
      'a mapping for a list',
      scenario({ fleet: { pools: {} } }),
      ['fleet.pools: found a mapping, expected a list of at least 1'],
    ],
    [
      'a wrong word',
      pools(pool({ role: 'decod' })),
      ['fleet.pools[0].role: found "decod", expected one of both, prefill, decode (nearest: decode)'],
    ],
    ['a number for a text', pools(pool({ gpu: 100 })), ['fleet.pools[0].gpu: found 100, expected a text']],
    [
      'a list for a model',
      pools(pool({ model: [] })),
      ['fleet.pools[0].model: found an empty list, expected a text or a mapping with config'],
    ],
    [
      'a nested mistake in a union',
      pools(pool({ model: { confg: 'x' } })),
      [
        'fleet.pools[0].model.confg: found an unknown key, expected config (the nearest known key)',
        'fleet.pools[0].model.config: found nothing, expected a text',
      ],
    ],
    [
      'an engine argument',
      pools(pool({ engine: { name: 'vllm', args: { max_num_seqs: [1] } } })),
      [
        'fleet.pools[0].engine.args.max_num_seqs: found a list of 1, expected a number, a text or true or false',
      ],
    ],
    [
      'an unknown statistic',
      scenario({ slo: { ttftMs: { q95: 5 } } }),
      [
        'slo.ttftMs.q95: found an unknown key, expected a key of the form ^(mean|max|p[0-9]{1,2}(\\.[0-9]+)?)$',
      ],
    ],
    [
      'a share',
      scenario({ slo: { attainment: 95 } }),
      ['slo.attainment: found 95, expected a number between 0 and 1'],
    ],
    [
      'infinity',
      scenario({ run: { durationS: Number.POSITIVE_INFINITY } }),
      ['run.durationS: found Infinity, expected a number > 0'],
    ],
  ])('%s', (_, document, messages) => {
    expect(problemsOf(document)).toEqual(messages);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'no kind',
      { kind: undefined },
      ['workload.kind: found nothing, expected one of synthetic, trace, preset'],
    ],
    [
      'a mistyped kind',
      { kind: 'sythetic' },
      ['workload.kind: found "sythetic", expected one of synthetic, trace, preset (nearest: synthetic)'],
    ],
    [
      'a negative rate',
      { arrivals: { process: 'poisson', rateRps: -5 } },
      ['workload.arrivals.rateRps: found -5, expected a number > 0'],
    ],
    [
      'a field of another process',
      { arrivals: { process: 'poisson', rateRps: 5, cv: 2 } },
      ['workload.arrivals.cv: found an unknown key, expected one of process, rateRps'],
    ],
    [
      'a missing field of the chosen process',
      { arrivals: { process: 'gamma', rateRps: 5 } },
      ['workload.arrivals.cv: found nothing, expected a number > 0 and <= 100'],
    ],
    [
      'a mistyped process',
      { arrivals: { process: 'poison', rateRps: 5 } },
      [
        'workload.arrivals.process: found "poison", expected one of poisson, gamma, weibull, constant, stages, closedLoop, burst (nearest: poisson)',
      ],
    ],
    [
      'a mistake in a stage',
      { arrivals: { process: 'stages', stages: [{ rateRps: 1, durationS: 0 }] } },
      ['workload.arrivals.stages[0].durationS: found 0, expected a number > 0'],
    ],
    [
      'a text for a number',
      { input: { dist: 'constant', value: '100' } },
      ['workload.input.value: found "100", expected a number >= 0'],
    ],
    [
      'a short pair',
      { input: { dist: 'empirical', quantiles: [[0.5], [1, 2]] } },
      ['workload.input.quantiles[0]: found a list of 1, expected a list of exactly 2'],
    ],
    [
      'a union of number and mapping',
      { sessions: { turns: 2, thinkTimeS: { dist: 'constant', valu: 1 } } },
      [
        'workload.sessions.thinkTimeS.valu: found an unknown key, expected value (the nearest known key)',
        'workload.sessions.thinkTimeS.value: found nothing, expected a number >= 0',
      ],
    ],
  ])('workload: %s', (_, changes, messages) => {
    const { kind, ...rest } = workload(changes);
    const document = kind === undefined ? rest : { kind, ...rest };
    expect(problemsOf(scenario({ workload: document }))).toEqual(messages);
  });

  test('a value of a wrong type says what the whole union allows', () => {
    const document = scenario({
      workload: workload({ input: 500, sessions: { turns: 'x', thinkTimeS: 1 } }),
    });
    expect(problemsOf(document)).toEqual([
      'workload.input: found 500, expected a mapping with dist: constant, uniform, lognormal or empirical',
      'workload.sessions.turns: found "x", expected an integer >= 1 or a mapping with dist: constant, uniform, lognormal or empirical',
    ]);
  });

  test('all problems are reported at once, in the order of the document', () => {
    const document = scenario({
      workload: workload({ input: { dist: 'constant', value: -1 } }),
      run: { requests: 0 },
    });
    expect(problemsOf(document)).toEqual([
      'workload.input.value: found -1, expected a number >= 0',
      'run.requests: found 0, expected an integer >= 1',
    ]);
  });

  test('a key that resembles no known one is answered with all known keys', () => {
    const [line, ...others] = problemsOf(scenario({ zzzzzzzz: 1 }));
    expect(others).toEqual([]);
    expect(line).toMatch(/^zzzzzzzz: found an unknown key, expected one of name, .*\bworkload, .*\bfleet\b/);
  });

  test('a known file is named', () => {
    expect(complaints(() => parseScenario(scenario({ seed: -1 }), 'a.yaml'))).toEqual([
      'a.yaml: seed: found -1, expected an integer >= 0',
    ]);
  });

  test('keys of the object prototype are unknown keys like any other', () => {
    const document = scenario({ run: JSON.parse('{"__proto__": 1, "constructor": 2}') });
    expect(problemsOf(document)).toHaveLength(2);
  });
});

describe('rules across fields', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'min above max',
      scenario({ workload: workload({ input: { dist: 'uniform', min: 9, max: 3 } }) }),
      'workload.input.max: found 3, expected at least min (9)',
    ],
    [
      'quantiles that fall',
      scenario({
        workload: workload({
          output: {
            dist: 'empirical',
            quantiles: [
              [0.5, 10],
              [0.4, 20],
            ],
          },
        }),
      }),
      'workload.output.quantiles[1][0]: found 0.4, expected more than 0.5, ascending',
    ],
    [
      'values that fall',
      scenario({
        workload: workload({
          output: {
            dist: 'empirical',
            quantiles: [
              [0.5, 10],
              [0.9, 2],
            ],
          },
        }),
      }),
      'workload.output.quantiles[1][1]: found 2, expected at least 10, as of the lower quantile',
    ],
    [
      'lengths of a class',
      scenario({
        workload: workload({
          classes: [{ name: 'a', weight: 1, input: { dist: 'constant', value: 5, min: 3, max: 2 } }],
        }),
      }),
      'workload.classes[0].input.max: found 2, expected at least min (3)',
    ],
    [
      'classes of one name',
      scenario({
        workload: workload({
          classes: [
            { name: 'a', weight: 1 },
            { name: 'a', weight: 2 },
          ],
        }),
      }),
      'workload.classes[1].name: found "a", expected a name that workload.classes[0] has not',
    ],
    [
      'stages without requests',
      scenario({
        workload: workload({ arrivals: { process: 'stages', stages: [{ rateRps: 0, durationS: 9 }] } }),
      }),
      'workload.arrivals.stages: found only rates of 0, expected at least one stage with a rate > 0',
    ],
    [
      'a window that ends before it starts',
      scenario({ workload: { kind: 'trace', format: 'azure', window: { fromS: 60, toS: 30 } } }),
      'workload.window.toS: found 30, expected more than fromS (60)',
    ],
    [
      'pools of one name',
      pools(pool(), pool()),
      'fleet.pools[1].name: found "gpus", expected a name that fleet.pools[0] has not',
    ],
    [
      'prefill without decode',
      pools(pool({ role: 'prefill' })),
      'fleet.pools: found a prefill pool without a decode pool, expected both, as each request needs both legs',
    ],
    [
      'decode without prefill',
      pools(pool({ role: 'decode' }), pool({ name: 'b' })),
      'fleet.pools: found a decode pool without a prefill pool, expected both, as each request needs both legs',
    ],
    [
      'a warm-up as long as the run',
      scenario({ run: { durationS: 60, warmupS: 60 } }),
      'run.warmupS: found 60, expected less than durationS (60)',
    ],
    [
      'a threshold that is none',
      scenario({ assert: ['ttftMs.p95 <= 1000', 'ttftMs.p95 is low'] }),
      'assert[1]: found "ttftMs.p95 is low", expected a figure, one of <= < >= >, and a number, e.g. "ttftMs.p95 <= 1000"',
    ],
    [
      'a threshold on an unknown figure',
      scenario({ assert: ['ttfMs.p95 <= 1000'] }),
      'assert[0]: found unknown figure "ttfMs.p95", expected "ttftMs.p95"?',
    ],
    [
      'an unknown preset',
      scenario({ workload: { kind: 'preset', name: 'azure-2023-cod' } }),
      'workload.name: found unknown workload preset "azure-2023-cod", expected an id of `drydock presets`, e.g. "azure-2023-code"',
    ],
  ])('%s', (_, document, message) => {
    expect(problemsOf(document)).toEqual([message]);
  });

  test('comparisons: names differ, every fleet and every workload is checked', () => {
    const { fleet: _, ...rest } = scenario();
    const document = {
      ...rest,
      fleets: [
        { name: 'a', pools: [pool()] },
        { name: 'a', pools: [pool({ role: 'decode' })] },
      ],
      workloads: { long: workload({ input: { dist: 'uniform', min: 2, max: 1 } }) },
    };
    expect(complaints(() => parseComparison(document))).toEqual([
      'workloads.long.input.max: found 1, expected at least min (2)',
      'fleets[1].name: found "a", expected a name that fleets[0] has not',
      'fleets[1].pools: found a decode pool without a prefill pool, expected both, as each request needs both legs',
    ]);
    expect(complaints(() => parseComparison({ ...rest, fleets: [{ name: 'a', pools: [pool()] }] }))).toEqual([
      'fleets: found a list of 1, expected a list of at least 2',
    ]);
  });
});
