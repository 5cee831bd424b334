import { expect, test } from 'vitest';
import { softReflectiveCeiling } from '../../src/flow/policies/usage-limits.ts';
import { BAND, controller, Dial, pool, request, runUntil } from './fixtures.ts';

test('a request passes through an unsaturated pool at once, and no wake-up is left', () => {
  const { flow, journal } = controller();
  flow.arrive(request(1), 1234);
  expect(journal.lines).toEqual(['admit 1 @1234']);
  expect(flow.advance(1234)).toBe(Number.POSITIVE_INFINITY);
});

test('a backlog drains one request per 1 ms tick', () => {
  const dial = new Dial(1);
  const { flow, journal } = controller({ detector: dial });
  for (let id = 0; id < 3; id++) flow.arrive(request(id), 500);
  expect(flow.queued).toBe(3);
  expect(flow.advance(500)).toBe(1000);
  dial.level = 0.5;
  runUntil(flow, 10_000, 500);
  expect(journal.lines).toEqual(['admit 0 @1000', 'admit 1 @2000', 'admit 2 @3000']);
  expect(flow.advance(3000)).toBe(Number.POSITIVE_INFINITY);
});

test('an arrival runs one cycle, which serves the oldest and leaves the new one to the tick', () => {
  const dial = new Dial(1);
  const { flow, journal } = controller({ detector: dial });
  flow.arrive(request(1), 100);
  dial.level = 0;
  flow.arrive(request(2), 300);
  expect(journal.lines).toEqual(['admit 1 @300']);
  runUntil(flow, 5000, 300);
  expect(journal.lines).toEqual(['admit 1 @300', 'admit 2 @1000']);
});

test('a blocked queue ticks every millisecond', () => {
  const { flow, journal } = controller({ detector: new Dial(1) });
  flow.arrive(request(1), 0);
  const wakeUps: number[] = [];
  for (let now = flow.advance(0); now <= 4000; now = flow.advance(now)) wakeUps.push(now);
  expect(wakeUps).toEqual([1000, 2000, 3000, 4000]);
  expect(journal.lines).toEqual([]);
});

test('of several ticks missed by a late host one is caught up', () => {
  const dial = new Dial(1);
  const { flow, journal } = controller({ detector: dial });
  for (let id = 0; id < 5; id++) flow.arrive(request(id), 0);
  dial.level = 0;
  expect(flow.advance(10_400)).toBe(11_000);
  expect(journal.admitted).toEqual([0, 1]);
});

test('higher priorities go first', () => {
  const dial = new Dial(1);
  const { flow, journal } = controller({ detector: dial });
  flow.arrive(request(1, { priority: -5 }), 0);
  flow.arrive(request(2, { priority: 0 }), 0);
  flow.arrive(request(3, { priority: 7 }), 0);
  dial.level = 0;
  runUntil(flow, 5000, 0);
  expect(journal.admitted).toEqual([3, 2, 1]);
});

test('saturation of exactly the ceiling blocks', () => {
  const dial = new Dial(1);
  const { flow, journal } = controller({ detector: dial });
  flow.arrive(request(1), 0);
  dial.level = 0.999;
  flow.advance(1000);
  expect(journal.admitted).toEqual([1]);
});

test('a blocked band stops the cycle for lower bands even when it is empty', () => {
  const ceilings = [0.5, 1];
  const { flow, journal } = controller({
    detector: new Dial(0.6),
    bands: [{ priority: 10, ...BAND }],
    usageLimit: { computeLimits: (_saturation, _priorities, out) => out.set(ceilings) },
  });
  flow.arrive(request(1, { priority: 0 }), 0);
  runUntil(flow, 50_000, 0);
  expect(journal.lines).toEqual([]);
  ceilings[0] = 0.7;
  flow.advance(51_000);
  expect(journal.admitted).toEqual([1]);
});

test('a priority that no objective declares is served in band 0', () => {
  const { flow } = controller({ detector: new Dial(1) });
  flow.bands.declare([5], 0);
  flow.arrive(request(1, { priority: 9 }), 0);
  expect(flow.bands.priorities).toEqual([5, 0]);
  expect(flow.bands.ordered[1]!.requests).toBe(1);
});

test('bands: configured, 0, and one per priority that arrives; idle ones go after 10 minutes', () => {
  const { flow } = controller({ bands: [{ priority: 3, ...BAND }] });
  expect(flow.bands.priorities).toEqual([3, 0]);
  flow.arrive(request(1, { priority: -2 }), 0);
  expect(flow.bands.priorities).toEqual([3, 0, -2]);
  flow.arrive(request(2), 400_000_000);
  expect(flow.bands.priorities).toEqual([3, 0, -2]);
  flow.arrive(request(3), 1_000_000_000);
  expect(flow.bands.priorities).toEqual([3, 0]);
});

test('a band that holds a request is kept, however long it waits', () => {
  const dial = new Dial(1);
  const { flow, journal } = controller({ detector: dial, requestTtlUs: 0 });
  flow.arrive(request(1, { priority: -2 }), 0);
  flow.arrive(request(2), 1_000_000_000);
  dial.level = 0;
  runUntil(flow, 1_000_010_000, 1_000_000_000);
  expect(journal.admitted).toEqual([2, 1]);
});

test('idle flows are forgotten after 5 minutes', () => {
  const { flow } = controller();
  flow.arrive(request(1, { fairnessId: 'a' }), 0);
  flow.arrive(request(2, { fairnessId: 'b' }), 200_000_000);
  expect(flow.bands.ordered[0]!.flowCount).toBe(2);
  flow.arrive(request(3, { fairnessId: 'b' }), 300_000_000);
  expect(flow.bands.ordered[0]!.flowCount).toBe(1);
});

test('a negative dynamic band takes the template for negative priorities', () => {
  const { flow, journal } = controller({
    detector: new Dial(1),
    defaultNegativeBand: { ...BAND, maxRequests: 1 },
  });
  flow.arrive(request(1, { priority: -1 }), 0);
  flow.arrive(request(2, { priority: -1 }), 0);
  flow.arrive(request(3, { priority: 1 }), 0);
  flow.arrive(request(4, { priority: 1 }), 0);
  expect(journal.lines).toEqual(['RejectedCapacity 2 @0']);
});

test('a new endpoint is seen when the 50 ms list expires, a removed one is dropped at once', () => {
  const signals = pool([]);
  const { flow, journal } = controller({ detector: new Dial(0) }, signals);
  flow.arrive(request(1), 0);
  const row = signals.table.add({ id: 'default/new', address: '10.0.0.9:8000', labels: {} });
  runUntil(flow, 49_000, 0);
  expect(journal.admitted).toEqual([]);
  runUntil(flow, 50_000, 49_000);
  expect(journal.lines).toEqual(['admit 1 @50000']);
  flow.endpointRemoved(row, 51_000);
  signals.table.remove('default/new');
  flow.arrive(request(2), 52_000);
  expect(flow.queued).toBe(1);
});

test('the soft reflective ceiling opens a low band in one cycle of three at saturation 0.75', () => {
  const { flow, journal } = controller({
    detector: new Dial(0.75),
    bands: [{ priority: 10, ...BAND }],
    usageLimit: softReflectiveCeiling(),
  });
  for (let id = 0; id < 3; id++) flow.arrive(request(id), 0);
  runUntil(flow, 20_000, 0);
  expect(journal.lines).toEqual(['admit 0 @0', 'admit 1 @3000', 'admit 2 @6000']);
});
