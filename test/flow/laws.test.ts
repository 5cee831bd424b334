/** Laws of flow control over random worlds: arrivals, cancellations, changing saturation, empty pools. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BinaryHeap } from '../../src/flow/binary-heap.ts';
import { GLOBAL_STRICT_FAIRNESS } from '../../src/flow/policies/global-strict.ts';
import { SLO_DEADLINE_ORDERING } from '../../src/flow/policies/ordering.ts';
import { ProgramAwareFairness } from '../../src/flow/policies/program-aware.ts';
import { ROUND_ROBIN_FAIRNESS } from '../../src/flow/policies/round-robin.ts';
import { softReflectiveCeiling } from '../../src/flow/policies/usage-limits.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import { BAND, controller, Dial, request } from './fixtures.ts';

type Step =
  | { readonly kind: 'arrive'; readonly flow: number; readonly priority: number; readonly sizeBytes: number }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'saturate'; readonly level: number }
  | { readonly kind: 'endpoints'; readonly present: boolean }
  | { readonly kind: 'wait'; readonly us: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('arrive' as const),
      flow: fc.nat(3),
      priority: fc.integer({ min: -2, max: 2 }),
      sizeBytes: fc.integer({ min: 1, max: 400 }),
    }),
  },
  fc.record({ kind: fc.constant('cancel' as const), which: fc.nat() }),
  fc.record({
    kind: fc.constant('saturate' as const),
    level: fc.constantFrom(0, 0.3, 0.6, 0.8, 0.99, 1, 2),
  }),
  fc.record({ kind: fc.constant('endpoints' as const), present: fc.boolean() }),
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), us: fc.integer({ min: 1, max: 1_500_000 }) }),
  },
);

const fairness = fc.constantFrom('strict', 'robin', 'las');

function policyNamed(name: string) {
  if (name === 'strict') return GLOBAL_STRICT_FAIRNESS;
  if (name === 'robin') return ROUND_ROBIN_FAIRNESS;
  return new ProgramAwareFairness({
    lasWeightService: 0.8,
    lasWeightHeadWait: 0.2,
    lasHalfLifeSeconds: 60,
    evictionTtlSeconds: 3600,
    evictionSweepSeconds: 300,
  });
}

/** Plays the steps, then drains; returns the journal and what arrived. */
function play(steps: readonly Step[], fairnessName: string) {
  const dial = new Dial(0.5);
  const band = {
    ...BAND,
    maxRequests: 6,
    fairness: policyNamed(fairnessName),
    ordering: SLO_DEADLINE_ORDERING,
  };
  const world = controller({
    detector: dial,
    maxRequests: 12,
    maxBytes: 2500,
    requestTtlUs: 2_000_000,
    noEndpointTtlUs: 1_000_000,
    defaultBand: band,
    defaultNegativeBand: { ...band, maxBytes: 600 },
    usageLimit: softReflectiveCeiling(),
  });
  const { flow, signals } = world;
  const arrived: InferenceRequest[] = [];
  let nowUs = 0;
  let next = Number.POSITIVE_INFINITY;
  let present = true;
  for (const each of steps) {
    if (each.kind === 'arrive') {
      const made = request(arrived.length, {
        arrivalUs: nowUs,
        fairnessId: `flow-${each.flow}`,
        priority: each.priority,
        sizeBytes: each.sizeBytes,
      });
      arrived.push(made);
      flow.arrive(made, nowUs);
    } else if (each.kind === 'cancel') {
      if (arrived.length > 0) flow.cancel(arrived[each.which % arrived.length]!, nowUs);
    } else if (each.kind === 'saturate') dial.level = each.level;
    else if (each.kind === 'endpoints' && each.present !== present) {
      present = each.present;
      if (present) signals.table.add({ id: 'default/pod-0', address: '10.0.0.0:8000', labels: {} });
      else {
        flow.endpointRemoved(0, nowUs);
        signals.table.remove('default/pod-0');
      }
    }
    const untilUs = nowUs + (each.kind === 'wait' ? each.us : 0);
    for (next = flow.advance(nowUs); next <= untilUs; next = flow.advance(next)) nowUs = next;
    nowUs = untilUs;
    expect(flow.storedRequests).toBeLessThanOrEqual(12);
    expect(flow.storedBytes).toBeLessThanOrEqual(2500);
    expect(next === Number.POSITIVE_INFINITY).toBe(flow.storedRequests === 0);
  }
  const waiting = flow.queued;
  const ended = world.journal.lines.length;
  expect(ended + waiting).toBe(arrived.length);
  for (next = flow.advance(nowUs); next <= nowUs + 4_000_000; next = flow.advance(next));
  return { ...world, arrived };
}

test('every request ends exactly once, limits hold, and the counters return to zero', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fairness, (steps, name) => {
      const { flow, journal, arrived } = play(steps, name);
      const ids = journal.lines.map((line) => Number(line.split(' ')[1])).sort((a, b) => a - b);
      expect(ids).toEqual(arrived.map((each) => each.id));
      expect([flow.queued, flow.storedRequests, flow.storedBytes]).toEqual([0, 0, 0]);
      for (const band of flow.bands.ordered) expect([band.requests, band.bytes]).toEqual([0, 0]);
    }),
    { numRuns: 60 },
  );
});

test('the same steps give the same decisions at the same times', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fairness, (steps, name) => {
      expect(play(steps, name).journal.lines).toEqual(play(steps, name).journal.lines);
    }),
    { numRuns: 20 },
  );
});

test('the heap yields what a sort yields, also after removals', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 5 }), (values, divisor) => {
      const heap = new BinaryHeap<number>((a, b) => a - b);
      for (const value of values) heap.push(value);
      const drops = (value: number) => value % divisor === 0;
      const removed = heap.removeWhere(drops);
      expect(removed.sort((a, b) => a - b)).toEqual(values.filter(drops).sort((a, b) => a - b));
      const rest: number[] = [];
      for (let top = heap.pop(); top !== undefined; top = heap.pop()) rest.push(top);
      expect(rest).toEqual(values.filter((value) => !drops(value)).sort((a, b) => a - b));
    }),
  );
});
