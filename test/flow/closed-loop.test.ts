/** Flow control in front of a pool whose signals move: what each detector can and cannot hold back. */
import { expect, test } from 'vitest';
import { FlowControl } from '../../src/flow/flow-control.ts';
import {
  CONCURRENCY_DEFAULTS,
  concurrencyDetector,
  UTILIZATION_DEFAULTS,
  utilizationDetector,
} from '../../src/flow/saturation.ts';
import { Journal, pool, request, runUntil, settings } from './fixtures.ts';

test('with the concurrency detector the pool never holds more than its capacity, and all get served', () => {
  const { table, inFlight } = pool([null, null]);
  const detector = concurrencyDetector(inFlight, { ...CONCURRENCY_DEFAULTS, maxConcurrency: 3 });
  const journal = new Journal();
  const flow = new FlowControl(settings({ detector }), table, journal);
  const running: number[] = [];
  let most = 0;
  journal.onAdmit = (admitted) => {
    // Least loaded of the two endpoints.
    const row = inFlight.requests[0]! <= inFlight.requests[1]! ? 0 : 1;
    inFlight.requests[row]! += 1;
    running.push(row);
    most = Math.max(most, inFlight.requests[0]! + inFlight.requests[1]!);
    flow.dispatched(admitted, 0);
  };
  for (let id = 0; id < 50; id++) flow.arrive(request(id), 0);
  expect(running).toHaveLength(6);
  // One request ends every 5 ms.
  for (let nowUs = 5000; flow.queued > 0; nowUs += 5000) {
    inFlight.requests[running.shift()!]! -= 1;
    runUntil(flow, nowUs + 4999, nowUs);
  }
  expect(most).toBe(6);
  expect(journal.admitted).toEqual(Array.from({ length: 50 }, (_, id) => id));
});

test('with the utilization detector everything that arrives between two scrapes is let through', () => {
  const { table } = pool();
  const journal = new Journal();
  const detector = utilizationDetector(table, UTILIZATION_DEFAULTS);
  const flow = new FlowControl(settings({ detector }), table, journal);
  table.scrapedAtUs[0] = 0;
  for (let id = 0; id < 100; id++) flow.arrive(request(id), 100 * id);
  expect(journal.admitted).toHaveLength(100);
  table.waiting[0] = 100;
  table.scrapedAtUs[0] = 50_000;
  flow.arrive(request(100), 50_001);
  expect(flow.queued).toBe(1);
});

test('a pool whose metrics have all gone stale lets nothing through', () => {
  const { table } = pool();
  const journal = new Journal();
  const detector = utilizationDetector(table, UTILIZATION_DEFAULTS);
  const flow = new FlowControl(settings({ detector }), table, journal);
  table.scrapedAtUs[0] = 0;
  flow.arrive(request(1), 200_000);
  flow.arrive(request(2), 200_001);
  expect(journal.lines).toEqual(['admit 1 @200000']);
  runUntil(flow, 500_000, 200_001);
  table.scrapedAtUs[0] = 500_500;
  runUntil(flow, 502_000, 500_500);
  expect(journal.lines[1]).toBe('admit 2 @501000');
});
