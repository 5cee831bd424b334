/**
 * Random worlds for engine properties: small pools, shared prefixes, chunking, preemption, aborts. Played with and without
 * fast-forward they must show the same decisions at the same times.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Engine } from '../../sim/engine/engine.ts';
import type { StepModel } from '../../sim/latency/step-model.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { affineModel, Bench, request } from './harness.ts';

/** A random world. Coefficients are products of decimals, so that step times are no round numbers. */
export const world = fc.record({
  blocks: fc.integer({ min: 12, max: 80 }),
  budget: fc.integer({ min: 8, max: 96 }),
  seqs: fc.integer({ min: 2, max: 12 }),
  flags: fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.boolean() }),
  coefficients: fc.record({
    base: fc.integer({ min: 50, max: 2000 }),
    sequence: fc.integer({ min: 0, max: 30 }),
    prefill: fc.integer({ min: 0, max: 1000 }).map((n) => n * 0.00731),
    context: fc.integer({ min: 0, max: 1000 }).map((n) => n * 0.000773),
  }),
  requests: fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 30_000 }),
      group: fc.integer({ min: 1, max: 3 }),
      prefix: fc.integer({ min: 0, max: 70 }),
      own: fc.integer({ min: 1, max: 90 }),
      output: fc.integer({ min: 1, max: 60 }),
      unique: fc.boolean(),
      priority: fc.integer({ min: 0, max: 2 }),
      abortAfter: fc.option(fc.integer({ min: 0, max: 60_000 }), { freq: 6, nil: undefined }),
    }),
    { minLength: 1, maxLength: 25 },
  ),
});
export type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

/** Makes the engine under test for a world. */
export type MakeEngine = (w: World, model: StepModel, fastForward: boolean) => Engine;

/** Gives the bench of a world more than the engine (KV tiers); what it returns reads figures that must agree. */
export type Prepare = (bench: Bench, w: World) => () => unknown;

/** Plays a world to its end. */
export function play(
  w: World,
  make: MakeEngine,
  fastForward: boolean,
  prepare?: Prepare,
): { bench: Bench; engine: Engine; requests: SimRequest[]; figures: unknown } {
  const engine = make(w, affineModel(w.coefficients), fastForward);
  const bench = new Bench(engine);
  const figures = prepare?.(bench, w);
  let at = 0;
  const requests = w.requests.map((r, i) => {
    at += r.gap;
    const own = r.unique ? -1 - i : 100 + i;
    const runs: [number, number][] =
      r.prefix > 0
        ? [
            [r.group, r.prefix],
            [own, r.own],
          ]
        : [[own, r.own]];
    const made = request(i, runs, r.output, at, r.priority);
    bench.arrive(made);
    if (r.abortAfter !== undefined) bench.abortAt(made, at + r.abortAfter);
    return made;
  });
  bench.run();
  return { bench, engine, requests, figures: figures?.() };
}

/** Same decisions, times within 1e-9, same gaps, same hits. */
export function expectFastForwardEqual(make: MakeEngine, numRuns = 1000, prepare?: Prepare): void {
  fc.assert(
    fc.property(world, (w) => {
      const fast = play(w, make, true, prepare);
      const slow = play(w, make, false, prepare);
      const decisions = (bench: Bench) => bench.happenings.map((h) => [h.what, h.id, h.detail]);
      expect(decisions(fast.bench)).toEqual(decisions(slow.bench));
      for (const [i, h] of fast.bench.happenings.entries()) {
        const other = slow.bench.happenings[i]!.atUs;
        expect(Math.abs(h.atUs - other)).toBeLessThanOrEqual(1e-9 * other);
      }
      expect(fast.bench.gaps.length).toBe(slow.bench.gaps.length);
      const sum = (gaps: number[]): number => gaps.reduce((a, b) => a + b, 0);
      expect(sum(fast.bench.gaps)).toBeCloseTo(sum(slow.bench.gaps), 3);
      expect(fast.engine.meters.hitTokens).toBe(slow.engine.meters.hitTokens);
      expect(fast.engine.evictedBlocks).toBe(slow.engine.evictedBlocks);
      expect(fast.figures).toEqual(slow.figures);
    }),
    { numRuns },
  );
}

/** Every request ends exactly once (aborts aside), its gaps add up to its time, and the pool is empty in the end. */
export function expectNothingLost(
  make: MakeEngine,
  perToken = false,
  numRuns = 1000,
  prepare?: Prepare,
): void {
  fc.assert(
    fc.property(world, (w) => {
      const { bench, engine, requests } = play(w, make, true, prepare);
      const ended = bench.happenings
        .filter((h) => h.what === 'finished' || h.what === 'refused')
        .map((h) => h.id);
      const aborted = requests
        .filter((_, i) => w.requests[i]!.abortAfter !== undefined)
        .map((r) => r.request.id);
      expect(new Set(ended).size).toBe(ended.length);
      expect(new Set([...ended, ...aborted]).size).toBe(requests.length);
      const finished = bench.times('finished');
      const first = bench.times('first');
      if (aborted.length === 0 && finished.size === requests.length) {
        const tokens = requests.reduce((sum, r) => sum + r.outputTokens - 1, 0);
        if (perToken) expect(bench.gaps.length).toBe(tokens);
        else expect(bench.gaps.length).toBeLessThanOrEqual(tokens);
        let span = 0;
        for (const [id, atUs] of finished) span += atUs - first.get(id)!;
        expect(bench.gaps.reduce((a, b) => a + b, 0) / Math.max(1, span)).toBeCloseTo(span === 0 ? 0 : 1, 6);
      }
      const seen = { waiting: 0, running: 0, kvUsage: 0 };
      engine.observe(bench.kernel.nowUs, seen);
      expect(seen).toEqual({ waiting: 0, running: 0, kvUsage: 0 });
    }),
    { numRuns },
  );
}

/** The same, with every token a chunk of its own. */
export function expectConservation(make: MakeEngine, numRuns = 1000, prepare?: Prepare): void {
  expectNothingLost(make, true, numRuns, prepare);
}
