import { describe, expect, test } from 'vitest';
import { gridUs } from '../../sim/kernel/kernel.ts';
import type { ArrivalsSpec } from '../../sim/scenario/schema.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { arrivalsS, build, drain, gapsOf, moments, play, synthetic } from './helpers.ts';

const lengths = (requests: readonly SimRequest[]): number[][] =>
  requests.map((r) => [r.promptTokens, r.outputTokens]);

describe('open-loop arrivals', () => {
  const processes: ArrivalsSpec[] = [
    { process: 'poisson', rateRps: 50 },
    { process: 'gamma', rateRps: 50, cv: 2 },
    { process: 'weibull', rateRps: 50, cv: 0.5 },
    { process: 'constant', rateRps: 50 },
  ];

  test.each(processes)('$process: on the grid, never falling, at its rate within 4 sigma', (arrivals) => {
    const requests = drain(build(synthetic({ arrivals }), { requests: 10_000 }));
    const times = requests.map((r) => r.request.arrivalUs);
    expect(times).toHaveLength(10_000);
    expect(requests.map((r) => r.request.id)).toEqual(requests.map((_, i) => i));
    for (const [i, t] of times.entries()) {
      expect(gridUs(t)).toBe(t);
      if (i > 0) expect(t).toBeGreaterThanOrEqual(times[i - 1]!);
    }
    const cv = 'cv' in arrivals ? arrivals.cv : arrivals.process === 'constant' ? 0 : 1;
    const spanS = times.at(-1)! / 1e6;
    expect(Math.abs(spanS - 200)).toBeLessThanOrEqual(4 * cv * 0.02 * Math.sqrt(10_000) + 0.021);
    expect(moments(gapsOf(arrivalsS(requests))).cv).toBeCloseTo(cv, 0);
  });

  test('Poisson counts per second have variance equal to their mean', () => {
    const requests = drain(
      build(synthetic({ arrivals: { process: 'poisson', rateRps: 5 } }), { durationS: 5000 }),
    );
    const counts = new Array<number>(5000).fill(0);
    for (const t of arrivalsS(requests)) counts[Math.floor(t)]! += 1;
    const { mean, cv } = moments(counts);
    // The dispersion index of n Poisson counts has standard error sqrt(2/n).
    expect(Math.abs(cv * cv * mean - 1)).toBeLessThan(4 * Math.sqrt(2 / 5000));
  });

  test('the same seed gives the same requests, another seed others', () => {
    const spec = synthetic({ input: { dist: 'lognormal', mean: 500, cv: 1 } });
    const take = (seed: number): unknown[] =>
      drain(build(spec, { requests: 200 }, seed)).map((r) => [r.request.arrivalUs, r.promptTokens]);
    expect(take(4)).toEqual(take(4));
    expect(take(4)).not.toEqual(take(5));
  });

  test('a change of lengths leaves arrivals alone, and the other way round', () => {
    const input = { dist: 'lognormal', mean: 500, cv: 1 } as const;
    const base = drain(build(synthetic({ input }), { requests: 100 }));
    const longer = drain(build(synthetic({ input: { ...input, mean: 900 } }), { requests: 100 }));
    const slower = drain(
      build(synthetic({ input, arrivals: { process: 'constant', rateRps: 1 } }), { requests: 100 }),
    );
    expect(arrivalsS(longer)).toEqual(arrivalsS(base));
    expect(lengths(slower)).toEqual(lengths(base));
  });

  test('burst: all at time 0, as many as asked, or fewer if the run is shorter', () => {
    const spec = synthetic({ arrivals: { process: 'burst', requests: 30 } });
    expect(arrivalsS(drain(build(spec)))).toEqual(new Array(30).fill(0));
    expect(drain(build(spec, { requests: 7 }))).toHaveLength(7);
  });

  test('an endless workload without bounds ends after 1,000 requests; durationS bounds by time', () => {
    expect(drain(build(synthetic({})))).toHaveLength(1000);
    const timed = drain(
      build(synthetic({ arrivals: { process: 'constant', rateRps: 10 } }), { durationS: 3 }),
    );
    expect(arrivalsS(timed).at(-1)).toBe(3);
    expect(timed).toHaveLength(31);
  });
});

describe('stages', () => {
  const stages = [
    { rateRps: 20, durationS: 100 },
    { rateRps: 0, durationS: 50 },
    { rateRps: 80, durationS: 100 },
  ];

  test('each stage has its own rate and place in time', () => {
    const times = arrivalsS(drain(build(synthetic({ arrivals: { process: 'stages', stages } }))));
    const within = (from: number, to: number): number => times.filter((t) => t >= from && t < to).length;
    expect(Math.abs(within(0, 100) - 2000)).toBeLessThan(4 * Math.sqrt(2000));
    expect(within(100, 150)).toBe(0);
    expect(Math.abs(within(150, 250) - 8000)).toBeLessThan(4 * Math.sqrt(8000));
    expect(within(250, 1e9)).toBe(0);
  });

  test('constant stages send rate x duration requests at even gaps', () => {
    const arrivals = {
      process: 'stages',
      of: 'constant',
      stages: [
        { rateRps: 4, durationS: 2 },
        { rateRps: 2, durationS: 1 },
      ],
    } as const;
    const times = arrivalsS(
      drain(build(synthetic({ arrivals: { ...arrivals, stages: [...arrivals.stages] } }))),
    );
    expect(times).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5]);
  });

  test('with drainBetween a stage starts when all of the one before have ended, and not before its time', () => {
    const arrivals: ArrivalsSpec = {
      process: 'stages',
      of: 'constant',
      stages: [
        { rateRps: 1, durationS: 2 },
        { rateRps: 1, durationS: 2 },
        { rateRps: 1, durationS: 1 },
      ],
      drainBetween: true,
    };
    // Requests 0 and 1 take 5 s each: the second stage waits until 6 s. The rest takes 0.1 s: the third starts on time.
    const { requests } = play(build(synthetic({ arrivals })), (r) => (r.request.id < 2 ? 5e6 : 1e5));
    expect(arrivalsS(requests)).toEqual([0, 1, 6, 7, 8]);
  });
});

describe('closed loop', () => {
  test('as many requests as clients are in flight until the run is over', () => {
    const spec = synthetic({ arrivals: { process: 'closedLoop', concurrency: 8 } });
    const { requests, inFlight } = play(
      build(spec, { requests: 200 }),
      (r) => 1e5 + ((r.request.id * 7919) % 10_007),
    );
    expect(requests).toHaveLength(200);
    expect(inFlight.slice(7)).toEqual(new Array(193).fill(8));
  });

  test('a client thinks between its requests', () => {
    const spec = synthetic({ arrivals: { process: 'closedLoop', concurrency: 1, thinkTimeS: 2 } });
    expect(arrivalsS(play(build(spec, { requests: 4 }), () => 1e6).requests)).toEqual([0, 3, 6, 9]);
  });

  test('clients that are refused at once do not ask for ever at one instant', () => {
    const spec = synthetic({ arrivals: { process: 'closedLoop', concurrency: 2 } });
    const { requests } = play(
      build(spec, { durationS: 3 }),
      () => 0,
      () => false,
    );
    expect(arrivalsS(requests)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });
});

describe('prompts', () => {
  test('shared prefixes come before the input and are one content per group', () => {
    const spec = synthetic({ prefixes: { groups: 3, tokens: 64, zipf: 1 } });
    const requests = drain(build(spec, { requests: 300 }));
    const groups = requests.map((r) => r.prompt.ids[0]!);
    expect(new Set(groups)).toEqual(new Set([0, 1, 2]));
    expect(groups.filter((g) => g === 0).length).toBeGreaterThan(groups.filter((g) => g === 2).length);
    for (const r of requests) {
      expect(r.prompt.lengths).toEqual([64, 100]);
      expect(r.promptTokens).toBe(164);
    }
    const own = requests.flatMap((r) => [r.prompt.ids[1]!, r.outputContentId]);
    expect(new Set(own).size).toBe(600);
  });

  test('maxTokens is what clients send and what cuts the answer; without it the true length is sent', () => {
    const output = { dist: 'uniform', min: 1, max: 100 } as const;
    for (const r of drain(build(synthetic({ output, maxTokens: 40 }), { requests: 200 }))) {
      expect(r.request.maxOutputTokens).toBe(40);
      expect(r.maxTokens).toBe(40);
      expect(r.outputTokens).toBeLessThanOrEqual(40);
    }
    for (const r of drain(build(synthetic({ output }), { requests: 50 }))) {
      expect(r.request.maxOutputTokens).toBe(r.outputTokens);
    }
  });

  test('classes come by weight and bring their own fields', () => {
    const spec = synthetic({
      classes: [
        { name: 'chat', weight: 3 },
        {
          name: 'batch',
          weight: 1,
          input: { dist: 'constant', value: 900 },
          prefixes: { groups: 1, tokens: 16 },
          priority: -1,
          tenant: 'night',
          model: 'adapter',
        },
      ],
    });
    const workload = build(spec, { requests: 4000 });
    const requests = drain(workload);
    expect(workload.classes).toEqual(['chat', 'batch']);
    const batch = requests.filter((r) => r.classIndex === 1);
    expect(Math.abs(batch.length - 1000)).toBeLessThan(4 * Math.sqrt(4000 * 0.25 * 0.75));
    for (const r of batch) {
      expect(r.promptTokens).toBe(916);
      expect(r.request).toMatchObject({ priority: -1, fairnessId: 'night', model: 'adapter' });
    }
    const chat = requests.find((r) => r.classIndex === 0)!;
    expect(chat.promptTokens).toBe(100);
    expect(chat.request).toMatchObject({ priority: 0, fairnessId: 'default-flow', model: 'test-model' });
  });
});

describe('prefixes of classes', () => {
  test('classes with prefixes of their own share nothing with each other or with the workload', () => {
    const spec = synthetic({
      prefixes: { groups: 2, tokens: 16 },
      classes: [
        { name: 'a', weight: 1, prefixes: { groups: 3, tokens: 16 } },
        { name: 'b', weight: 1, prefixes: { groups: 2, tokens: 16 } },
        { name: 'c', weight: 1 },
      ],
      sessions: { turns: 1, thinkTimeS: 0 },
    });
    const requests = drain(build(spec, { requests: 500 }));
    const groups = [0, 1, 2].map(
      (c) => new Set(requests.filter((r) => r.classIndex === c).map((r) => r.prompt.ids[0]!)),
    );
    expect(groups.map((ids) => ids.size)).toEqual([3, 2, 2]);
    const inputs = requests.map((r) => r.prompt.ids[1]!);
    expect(new Set([...groups.flatMap((ids) => [...ids]), ...inputs]).size).toBe(7 + 500);
  });
});

describe('sessions', () => {
  const spec = synthetic({
    arrivals: { process: 'constant', rateRps: 1 },
    input: { dist: 'uniform', min: 10, max: 50 },
    output: { dist: 'uniform', min: 5, max: 20 },
    prefixes: { groups: 2, tokens: 32 },
    sessions: { turns: 4, thinkTimeS: 2 },
  });

  test('each turn sends the whole history, answers included, and then something new', () => {
    const { requests } = play(build(spec, { requests: 100 }), () => 3e6);
    const last = new Map<number, SimRequest>();
    let continued = 0;
    for (const r of requests) {
      const before = last.get(r.session);
      if (before !== undefined) {
        continued += 1;
        const n = before.prompt.ids.length;
        expect(r.prompt.ids.slice(0, n)).toEqual(before.prompt.ids);
        expect(r.prompt.lengths.slice(0, n)).toEqual(before.prompt.lengths);
        expect(r.prompt.ids[n]).toBe(before.outputContentId);
        expect(r.prompt.lengths[n]).toBe(before.outputTokens);
        expect(r.prompt.ids).toHaveLength(n + 2);
        expect(r.request.arrivalUs).toBe(before.request.arrivalUs + 3e6 + 2e6);
      }
      expect(r.prompt.lengths.reduce((a, b) => a + b)).toBe(r.promptTokens);
      last.set(r.session, r);
    }
    expect(continued).toBeGreaterThan(50);
  });

  test('a session has its turns and no more', () => {
    const { requests } = play(build(spec, { durationS: 20 }), () => 1e5);
    const turns = new Map<number, number>();
    for (const r of requests) turns.set(r.session, (turns.get(r.session) ?? 0) + 1);
    for (const [session, count] of turns) if (session < 10) expect(count).toBe(4);
  });

  test('sessions are the same however fast the fleet answers', () => {
    const byTurn = (serviceUs: number): unknown[] => {
      const { requests } = play(build(spec, { durationS: 100 }), () => serviceUs);
      const first = new Map<number, number[][]>();
      for (const r of requests) {
        const turns = first.get(r.session) ?? [];
        turns.push([r.promptTokens, r.outputTokens]);
        first.set(r.session, turns);
      }
      return [...first].filter(([session]) => session < 50).sort(([a], [b]) => a - b);
    };
    expect(byTurn(1e4)).toEqual(byTurn(9e6));
  });

  test('run.requests cuts the same turns off whatever the speed of the fleet', () => {
    const taken = (serviceUs: number): unknown[] => {
      const { requests } = play(build(spec, { requests: 42 }), () => serviceUs);
      const facts = requests.map((r) => [r.session, r.promptTokens, r.outputTokens]);
      return facts.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
    };
    expect(taken(1e4)).toHaveLength(42);
    expect(taken(1e4)).toEqual(taken(9e6));
  });

  test('a refused turn ends its session', () => {
    const { requests } = play(
      build(spec, { durationS: 10 }),
      () => 1e5,
      () => false,
    );
    expect(requests).toHaveLength(11);
    expect(new Set(requests.map((r) => r.session)).size).toBe(11);
  });
});
