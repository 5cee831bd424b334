import { expect, test } from 'vitest';
import { controller, Dial, pool, request, runUntil } from './fixtures.ts';

test('expiry is looked for once a second, so it comes up to a second late', () => {
  const { flow, journal } = controller({ detector: new Dial(1), requestTtlUs: 2_000_000 });
  flow.arrive(request(1), 300_000);
  flow.arrive(request(2), 1_000_001);
  runUntil(flow, 10_000_000, 1_000_001);
  expect(journal.lines).toEqual(['EvictedTTL 1 @3000000', 'EvictedTTL 2 @4000000']);
});

test('a budget of zero never expires', () => {
  const { flow, journal } = controller({ detector: new Dial(1), requestTtlUs: 0 });
  flow.arrive(request(1), 0);
  for (let second = 1; second <= 200; second++) flow.advance(second * 1e6);
  expect(journal.lines).toEqual([]);
});

test('while the pool is empty the other budget holds, and expiry is a 503', () => {
  const { flow, journal } = controller({ requestTtlUs: 1_000_000, noEndpointTtlUs: 5_000_000 }, pool([]));
  flow.arrive(request(1), 0);
  runUntil(flow, 10_000_000, 0);
  expect(journal.lines).toEqual(['EvictedNoEndpoints 1 @5000000']);
});

test('the budget starts anew when the pool becomes empty', () => {
  const signals = pool();
  const { flow, journal } = controller(
    { detector: new Dial(1), requestTtlUs: 60_000_000, noEndpointTtlUs: 3_000_000 },
    signals,
  );
  flow.arrive(request(1), 0);
  runUntil(flow, 4_000_500, 0);
  flow.endpointRemoved(0, 4_000_500);
  signals.table.remove('default/pod-0');
  runUntil(flow, 20_000_000, 4_000_500);
  expect(journal.lines).toEqual(['EvictedNoEndpoints 1 @8000000']);
});

test('the budget starts anew when endpoints come', () => {
  const signals = pool([]);
  const { flow, journal } = controller(
    { detector: new Dial(1), requestTtlUs: 2_000_000, noEndpointTtlUs: 60_000_000 },
    signals,
  );
  flow.arrive(request(1), 0);
  runUntil(flow, 5_200_000, 0);
  signals.table.add({ id: 'default/late', address: '10.0.0.7:8000', labels: {} });
  runUntil(flow, 20_000_000, 5_200_000);
  expect(journal.lines).toEqual(['EvictedTTL 1 @8000000']);
});

test('a request released at the very instant of the sweep is not expired', () => {
  const dial = new Dial(1);
  const { flow, journal } = controller({ detector: dial, requestTtlUs: 1_000_000 });
  flow.arrive(request(1), 0);
  runUntil(flow, 999_000, 0);
  dial.level = 0;
  runUntil(flow, 2_000_000, 999_000);
  expect(journal.lines).toEqual(['admit 1 @1000000']);
});

test('requests that expire in one sweep are refused in order of arrival, whatever their band', () => {
  const { flow, journal } = controller({ detector: new Dial(1), requestTtlUs: 1_000_000 });
  for (const [id, priority] of [0, 5, -1, 5].entries()) flow.arrive(request(id, { priority }), id);
  runUntil(flow, 3_000_000, 10);
  expect(journal.lines.map((line) => line.split(' @')[0])).toEqual([
    'EvictedTTL 0',
    'EvictedTTL 1',
    'EvictedTTL 2',
    'EvictedTTL 3',
  ]);
});
