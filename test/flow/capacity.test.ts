import { expect, test } from 'vitest';
import { REJECTION_OF, REVOKED, SHED } from '../../src/flow/outcome.ts';
import { BAND, controller, Dial, pool, request, runUntil } from './fixtures.ts';

const full = () => new Dial(1);

test.each([
  ['global requests', { maxRequests: 2 }],
  ['band requests', { defaultBand: { ...BAND, maxRequests: 2 } }],
  ['global bytes', { maxBytes: 200 }],
  ['band bytes', { defaultBand: { ...BAND, maxBytes: 200 } }],
])('%s: exactly the limit fits, one more is refused', (_name, limits) => {
  const { flow, journal } = controller({ detector: full(), ...limits });
  for (let id = 0; id < 3; id++) flow.arrive(request(id, { sizeBytes: 100 }), 0);
  expect(flow.queued).toBe(2);
  expect(journal.lines).toEqual(['RejectedCapacity 2 @0']);
});

test('zero limits are no limits', () => {
  const none = { ...BAND, maxBytes: 0, maxRequests: 0 };
  const { flow } = controller({ detector: full(), defaultBand: none });
  for (let id = 0; id < 6000; id++) flow.arrive(request(id, { sizeBytes: 1e9 }), 0);
  expect(flow.queued).toBe(6000);
});

test('overflow while the pool is empty is a 503, with endpoints a 429', () => {
  const { flow, journal } = controller({ maxRequests: 1 }, pool([]));
  flow.arrive(request(1), 0);
  flow.arrive(request(2), 0);
  expect(journal.lines).toEqual(['RejectedNoEndpoints 2 @0']);
  expect(REJECTION_OF.RejectedNoEndpoints).toMatchObject({ status: 503, reason: 'rejected-no-endpoints' });
  expect(REJECTION_OF.RejectedCapacity).toMatchObject({ status: 429, reason: 'rejected-saturated' });
});

test('statuses and reasons of the other outcomes', () => {
  const answer = (name: keyof typeof REJECTION_OF) => [REJECTION_OF[name].status, REJECTION_OF[name].reason];
  expect(answer('EvictedTTL')).toEqual([429, 'rejected-ttl-expired']);
  expect(answer('EvictedNoEndpoints')).toEqual([503, 'rejected-no-endpoints']);
  expect(answer('EvictedContextCancelled')).toEqual([503, 'rejected-context-cancelled']);
  expect(answer('EvictedOther')).toEqual([503, 'rejected-shutting-down']);
  expect(answer('RejectedOther')).toEqual([503, 'rejected-shutting-down']);
  expect(REVOKED).toMatchObject({
    status: 429,
    reason: 'evicted',
    message: 'request evicted by flow control',
  });
  expect(SHED).toMatchObject({ status: 429, reason: null });
});

test('a refused arrival still runs its dispatch cycle', () => {
  const dial = full();
  const { flow, journal } = controller({ detector: dial, maxRequests: 1 });
  flow.arrive(request(1), 0);
  dial.level = 0;
  flow.arrive(request(2), 500);
  expect(journal.lines).toEqual(['RejectedCapacity 2 @500', 'admit 1 @500']);
});

test('a cancelled request is answered at once but holds its place until the sweep', () => {
  const { flow, journal } = controller({ detector: full(), maxRequests: 1 });
  const first = request(1);
  flow.arrive(first, 200_000);
  expect(flow.cancel(first, 300_000)).toBe(true);
  expect(flow.cancel(first, 300_001)).toBe(false);
  flow.arrive(request(2), 400_000);
  expect(flow.queued).toBe(0);
  runUntil(flow, 1_000_000, 400_000);
  expect(flow.storedRequests).toBe(0);
  flow.arrive(request(3), 1_100_000);
  expect(journal.lines).toEqual(['EvictedContextCancelled 1 @300000', 'RejectedCapacity 2 @400000']);
  expect(flow.queued).toBe(1);
});

test('a cancelled item at the head uses up a dispatch cycle', () => {
  const dial = full();
  const { flow, journal } = controller({ detector: dial });
  const first = request(1);
  flow.arrive(first, 0);
  flow.arrive(request(2), 0);
  flow.cancel(first, 100);
  dial.level = 0;
  runUntil(flow, 5000, 100);
  expect(journal.lines).toEqual(['EvictedContextCancelled 1 @100', 'admit 2 @2000']);
});

test('a cancelled item of a high band also keeps the bands below waiting for a cycle', () => {
  const dial = full();
  const { flow, journal } = controller({ detector: dial });
  const high = request(1, { priority: 5 });
  flow.arrive(high, 0);
  flow.arrive(request(2), 0);
  flow.cancel(high, 100);
  dial.level = 0;
  flow.advance(1000);
  expect(journal.admitted).toEqual([]);
  flow.advance(2000);
  expect(journal.admitted).toEqual([2]);
});

test('shutting down refuses what waits and what arrives, each once', () => {
  const { flow, journal } = controller({ detector: full() });
  flow.arrive(request(1), 0);
  const gone = request(2);
  flow.arrive(gone, 0);
  flow.cancel(gone, 10);
  flow.shutDown(20);
  flow.arrive(request(3), 30);
  expect(journal.lines).toEqual([
    'EvictedContextCancelled 2 @10',
    'EvictedOther 1 @20',
    'RejectedOther 3 @30',
  ]);
  expect(flow.advance(40)).toBe(Number.POSITIVE_INFINITY);
});
