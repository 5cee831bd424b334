import { expect, test } from 'vitest';
import {
  PRIORITY_THEN_TIME_EVICTION_ORDER,
  SHEDDABLE_EVICTION_FILTER,
} from '../../src/flow/policies/eviction.ts';
import { staticUsageLimit } from '../../src/flow/policies/usage-limits.ts';
import type { UsageLimitPolicy } from '../../src/flow/policy.ts';
import { BAND, controller, Dial, request, runUntil } from './fixtures.ts';

const EVICTION = {
  filter: SHEDDABLE_EVICTION_FILTER,
  order: PRIORITY_THEN_TIME_EVICTION_ORDER,
  graceUs: 10_000,
};

/** A controller with eviction on, and requests of these priorities in flight (ids 0, 1, ...), 1 ms apart. */
function inFlight(priorities: readonly number[], usageLimit: UsageLimitPolicy = staticUsageLimit(1)) {
  const dial = new Dial(0);
  const bands = [5, -1, -2, -3].map((priority) => ({ priority, ...BAND }));
  const world = controller({ detector: dial, eviction: EVICTION, bands, usageLimit });
  world.journal.onAdmit = (admitted, nowUs) => world.flow.dispatched(admitted, nowUs);
  const requests = priorities.map((priority, id) => request(id, { priority }));
  for (const [id, each] of requests.entries()) world.flow.arrive(each, id * 1000);
  expect(world.journal.admitted).toEqual(requests.map((each) => each.id));
  world.journal.lines.length = 0;
  return { ...world, dial, requests };
}

test('victims: lowest priority first, then the latest dispatched; at most two', () => {
  const { flow, journal, dial } = inFlight([-1, -2, -2, -2, 0]);
  // Deficit 1, credit 2 / 5: three would be needed, two are taken.
  dial.level = 2;
  flow.arrive(request(10, { priority: 5 }), 100_000);
  expect(journal.lines).toEqual(['revoke 3 @100000', 'revoke 2 @100000']);
});

test('at the ceiling itself one victim is taken', () => {
  const { flow, journal, dial } = inFlight([-1, -1, -1]);
  dial.level = 1;
  flow.arrive(request(10), 100_000);
  expect(journal.lines).toEqual(['revoke 2 @100000']);
});

test('requests of priority 0 and above are never revoked', () => {
  const { flow, journal, dial } = inFlight([0, 3]);
  dial.level = 3;
  flow.arrive(request(10, { priority: 5 }), 100_000);
  expect(journal.lines).toEqual([]);
});

test('demand must outrank the victim: equals do not displace each other', () => {
  const { flow, journal, dial } = inFlight([-2, -1]);
  dial.level = 3;
  flow.arrive(request(10, { priority: -2 }), 100_000);
  expect(journal.lines).toEqual([]);
  flow.arrive(request(11, { priority: -1 }), 100_500);
  expect(journal.lines).toEqual(['revoke 0 @100500']);
});

test('a band whose ceiling is zero raises no demand', () => {
  const { flow, journal, dial } = inFlight([-1, -2], {
    computeLimits: (saturation, priorities, out) => {
      for (let rank = 0; rank < priorities.length; rank++) out[rank] = saturation < 1 ? 1 : 0;
    },
  });
  dial.level = 3;
  flow.arrive(request(10, { priority: 5 }), 100_000);
  expect(journal.lines).toEqual([]);
});

test('the next batch waits for every stream to end and for the grace after it', () => {
  const { flow, journal, dial, requests } = inFlight([-1, -1, -1, -1]);
  dial.level = 2;
  flow.arrive(request(10), 100_000);
  expect(journal.lines).toEqual(['revoke 3 @100000', 'revoke 2 @100000']);
  flow.finished(requests[3]!, 110_000);
  runUntil(flow, 149_000, 100_000);
  flow.finished(requests[2]!, 150_000);
  runUntil(flow, 159_000, 150_000);
  expect(journal.lines).toHaveLength(2);
  runUntil(flow, 160_000, 159_000);
  // Deficit 1, credit 2 / 2: one is enough.
  expect(journal.lines.slice(2)).toEqual(['revoke 1 @160000']);
});

test('a stream that never ends is given up after 10 s, and its late end changes nothing', () => {
  const { flow, journal, dial, requests } = inFlight([-1, -1]);
  dial.level = 1;
  flow.arrive(request(10), 100_000);
  expect(journal.lines).toEqual(['revoke 1 @100000']);
  runUntil(flow, 10_109_000, 100_000);
  expect(journal.lines).toHaveLength(1);
  runUntil(flow, 10_200_000, 10_109_000);
  expect(journal.lines[1]).toBe('revoke 0 @10110000');
  flow.finished(requests[1]!, 10_300_000);
  flow.finished(requests[0]!, 10_300_001);
  runUntil(flow, 10_400_000, 10_300_001);
  expect(journal.lines).toHaveLength(2);
});

test('a finished request is no victim, and without eviction nothing is revoked', () => {
  const { flow, journal, dial, requests } = inFlight([-1, -1]);
  flow.finished(requests[1]!, 50_000);
  dial.level = 1;
  flow.arrive(request(10), 100_000);
  expect(journal.lines).toEqual(['revoke 0 @100000']);
  const plain = controller({ detector: new Dial(2) });
  plain.flow.dispatched(request(1, { priority: -1 }), 0);
  plain.flow.arrive(request(2), 0);
  expect(plain.journal.lines).toEqual([]);
});
