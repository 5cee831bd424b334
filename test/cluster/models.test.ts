/** Several models, adapters, tenants and clients that cancel in one fleet. */
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../sim/metrics/build-report.ts';
import type { Scenario, SyntheticSpec } from '../../sim/scenario/schema.ts';
import { expectSameOutcomes, run, scenario } from './fixtures.ts';

type Classes = NonNullable<SyntheticSpec['classes']>;

function withClasses(classes: Classes, overrides: Partial<Scenario> = {}): Scenario {
  const base = scenario();
  return { ...base, workload: { ...(base.workload as SyntheticSpec), classes }, ...overrides };
}

const pool = scenario().fleet.pools[0]!;

function played(s: Scenario) {
  const fast = run(s);
  expectSameOutcomes(fast, run(s, false));
  return fast;
}

describe('several models', () => {
  const fleet = {
    pools: [
      { ...pool, name: 'llama', replicas: 1 },
      { ...pool, name: 'qwen', replicas: 2, model: 'qwen3-8b' },
    ],
  };
  const classes: Classes = [
    { name: 'l', weight: 1, model: 'llama-3.1-8b' },
    { name: 'q', weight: 3, model: 'qwen3-8b' },
  ];

  test('each request goes to a pool of the model that it names', () => {
    const { records, ends } = played(withClasses(classes, { fleet }));
    expect(ends.completed).toBe(200);
    for (const { request, course } of records) {
      expect(course.endpoint === 0).toBe(request.model === 'llama-3.1-8b');
    }
    expect(new Set(records.map((r) => r.course.endpoint)).size).toBe(3);
  });

  test('flow control of one model does not hold the other', () => {
    const config = {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      featureGates: ['flowControl'],
      plugins: [
        { type: 'queue-scorer' },
        { type: 'concurrency-detector', parameters: { maxConcurrency: 2 } },
      ],
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorer' }] }],
      saturationDetector: { pluginRef: 'concurrency-detector' },
    };
    const router = { config, allowExperimentalPlugins: true };
    // 6 requests/s of 0.5 s keep 3 in flight where 2 are let through.
    const crowded: Classes = [
      { ...classes[0]!, weight: 6 },
      { ...classes[1]!, weight: 1 },
    ];
    const arrivals = { process: 'constant', rateRps: 7 } as const;
    const s = withClasses(crowded, { fleet, router });
    const { records } = played({ ...s, workload: { ...s.workload, arrivals } as Scenario['workload'] });
    const held = (model: string): number =>
      Math.max(
        ...records
          .filter((r) => r.request.model === model)
          .map((r) => r.course.dispatchedUs - r.request.arrivalUs),
      );
    expect(held('llama-3.1-8b')).toBeGreaterThan(1e6);
    expect(held('qwen3-8b')).toBe(0);
  });

  test('a model that no pool serves is an error that names the class', () => {
    const wrong: Classes = [{ name: 'x', weight: 1, model: 'qwen3-9b' }];
    expect(() => run(withClasses(wrong, { fleet }))).toThrow(/workload\.classes\[0\]\.model.*qwen3-8b/);
  });
});

describe('adapters', () => {
  const adapters = { groups: [{ name: 'tuned', count: 3 }], diskGBps: 1 };
  const fleetOf = (args: Record<string, number>, replicas = 1): Scenario['fleet'] => ({
    pools: [{ ...pool, replicas, adapters, engine: { name: 'vllm', version: '0.27', args } }],
  });
  const classes: Classes = [{ name: 'a', weight: 1, adapters: { name: 'tuned', count: 3 } }];
  const slow: Partial<SyntheticSpec> = { arrivals: { process: 'constant', rateRps: 5 } };

  function lora(args: Record<string, number>, more: Partial<Scenario> = {}, of = classes) {
    const s = withClasses(of, { fleet: fleetOf(args), run: { requests: 100 }, ...more });
    return played({ ...s, workload: { ...s.workload, ...slow } as Scenario['workload'] });
  }

  /** Most distinct adapters decoding at one instant. */
  function mostAtOnce({ records }: ReturnType<typeof lora>): number {
    return Math.max(
      ...records.map(
        (at) =>
          new Set(
            records
              .filter(
                ({ course }) =>
                  course.firstTokenUs <= at.course.firstTokenUs && course.endUs > at.course.firstTokenUs,
              )
              .map(({ request }) => request.model),
          ).size,
      ),
    );
  }

  test('a batch never holds more adapters than max_loras, and with room for all it holds all', () => {
    expect(mostAtOnce(lora({ max_loras: 1 }))).toBe(1);
    expect(mostAtOnce(lora({ max_loras: 2 }))).toBe(2);
    expect(mostAtOnce(lora({ max_loras: 3 }))).toBe(3);
  });

  test('a request whose adapter must wait blocks neither the base model nor a running adapter', () => {
    const mixed: Classes = [...classes, { name: 'base', weight: 1, model: 'llama-3.1-8b' }];
    const { records, ends } = lora({ max_loras: 1 }, {}, mixed);
    expect(ends.completed).toBe(100);
    for (const { request, course } of records) {
      // Two steps at most until the next batch forms.
      if (request.model === 'llama-3.1-8b') expect(course.queueUs).toBeLessThanOrEqual(400_000);
    }
    const waits = records.filter((r) => r.request.model !== 'llama-3.1-8b').map((r) => r.course.queueUs);
    expect(Math.max(...waits)).toBeGreaterThan(400_000);
  });

  test('loading is paid once: from disk and host memory, from host memory, or not at all', () => {
    // Rank 16 on Llama 3.1 8B: 83.9 MB, 84 ms from disk at 1 GB/s and 1 to 2 ms over PCIe 5.
    const one: Classes = [{ name: 'a', weight: 1, adapters: { name: 'tuned', count: 1 } }];
    const { records } = lora({ max_loras: 1 }, { run: { requests: 3 } }, one);
    const ttftMs = records
      .sort((a, b) => a.request.id - b.request.id)
      .map((r) => (r.course.firstTokenUs - r.request.arrivalUs) / 1e3);
    expect(ttftMs[0]).toBeGreaterThan(10 + 83.8);
    expect(ttftMs[0]).toBeLessThan(10 + 83.9 + 3);
    expect(ttftMs[1]).toBeLessThan(31);
  });

  test('SGLang: max_loras_per_batch counts the base model, and adapters are in host memory from the start', () => {
    const sglang = (most: number, of: Classes) => {
      const engine = { name: 'sglang', args: { max_loras_per_batch: most } } as const;
      return lora({}, { fleet: { pools: [{ ...pool, replicas: 1, adapters, engine }] } }, of);
    };
    const mixed: Classes = [...classes, { name: 'base', weight: 1, model: 'llama-3.1-8b' }];
    expect(mostAtOnce(sglang(1, classes))).toBe(1);
    expect(mostAtOnce(sglang(2, mixed))).toBe(2);
    expect(mostAtOnce(sglang(3, mixed))).toBe(3);
    const { records } = sglang(8, [{ name: 'a', weight: 1, adapters: { name: 'tuned', count: 1 } }]);
    const first = records.find((r) => r.request.id === 0)!;
    const ttftMs = (first.course.firstTokenUs - first.request.arrivalUs) / 1e3;
    expect(ttftMs).toBeGreaterThan(11);
    expect(ttftMs).toBeLessThan(13);
  });

  test('the lora-affinity scorer sees what runs where, and keeps adapters apart', () => {
    const routing = (plugin: string) => ({
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      plugins: [{ type: plugin }],
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: plugin }] }],
    });
    const waited = (plugin: string): number => {
      const { records } = lora(
        { max_loras: 1 },
        { fleet: fleetOf({ max_loras: 1 }, 3), router: { config: routing(plugin) } },
      );
      return records.reduce((sum, r) => sum + r.course.queueUs, 0);
    };
    expect(waited('lora-affinity-scorer')).toBeLessThan(waited('random-picker') / 5);
  });

  test('prefixes under different adapters share no KV', () => {
    const prefixes = { groups: 1, tokens: 512 };
    const cached = (count: number): number => {
      const s = withClasses([{ name: 'a', weight: 1, adapters: { name: 'tuned', count } }], {
        fleet: fleetOf({ max_loras: 3 }),
        run: { requests: 60 },
      });
      const workload = { ...s.workload, ...slow, prefixes } as Scenario['workload'];
      return run({ ...s, workload }).records.filter((r) => r.course.cachedTokens === 0).length;
    };
    expect(cached(1)).toBe(1);
    expect(cached(3)).toBe(3);
  });

  test('engines without adapters say so', () => {
    const fleet = { pools: [{ ...pool, adapters, engine: { name: 'tgi' as const } }] };
    expect(() => run(withClasses(classes, { fleet }))).toThrow(/adapters.*not modelled for others/);
  });
});

describe('tenants and clients', () => {
  test('classes and tenants get results of their own, and ends add up', () => {
    const classes: Classes = [
      { name: 'gold-chat', weight: 1, tenant: 'gold', priority: 10 },
      { name: 'gold-batch', weight: 1, tenant: 'gold' },
      { name: 'free', weight: 2, tenant: 'free', headers: { 'x-llm-d-inference-objective': 'low' } },
    ];
    const r = run(withClasses(classes, { clients: { timeoutS: 0.45, cancel: { share: 0.3, afterS: 0.2 } } }));
    const report = buildReport([r.result], {
      ...{ scenario: 'x', slo: undefined, priceOf: () => null, engineDigest: 'd', wallMs: 1 },
    });
    expect(report.tenants!.map(({ name }) => name)).toEqual(['gold', 'free']);
    for (const rows of [report.classes!, report.tenants!]) {
      expect(rows.reduce((sum, row) => sum + row.arrived, 0)).toBe(200);
      for (const { arrived, ends } of rows) {
        expect(Object.values(ends).reduce((a, b) => a + b, 0)).toBe(arrived);
      }
    }
    const free = r.records.find((x) => x.request.fairnessId === 'free')!;
    expect(free.request.headers.get('x-llm-d-inference-objective')).toBe('low');
  });

  test('a share of clients hangs up after its patience, whatever the fleet', () => {
    const clients = { cancel: { share: 0.25, afterS: 0.2, distribution: 'constant' } } as const;
    const more = { clients, run: { requests: 2000 } };
    const a = played(scenario(more));
    // 2,000 draws: 5 standard deviations are 97.
    expect(Math.abs(a.ends.cancelled - 500)).toBeLessThan(97);
    for (const { course, request } of a.records.filter((r) => r.course.ending === 'cancelled')) {
      expect(course.endUs - request.arrivalUs).toBeCloseTo(200_000, 0);
      expect(course.reason).toBe('the client cancelled');
    }
    const cancelled = (r: typeof a): number[] =>
      r.records.filter((x) => x.course.ending === 'cancelled').map((x) => x.request.id);
    expect(cancelled(run(scenario(more, { replicas: 4 })))).toEqual(cancelled(a));
  });

  test('exponential patience has the mean that was asked for', () => {
    const clients = { cancel: { share: 1, afterS: 0.05 } };
    const { records } = played(scenario({ clients, run: { requests: 2000 } }));
    const gone = records.map((r) => (r.course.endUs - r.request.arrivalUs) / 1e6);
    // Answers take 0.5 s, so all but e^-10 of them go first.
    expect(gone.reduce((a, b) => a + b, 0) / gone.length).toBeCloseTo(0.05, 2);
  });
});
