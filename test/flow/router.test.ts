/** Flow control as configured, through the whole router. */
import { expect, test } from 'vitest';
import { createRouter } from '../../src/router.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import { pool, request } from './fixtures.ts';

const USAGE = { promptTokens: 10, outputTokens: 5, cachedTokens: 0 };

/** A router over one endpoint that holds `maxConcurrency` requests, and what it answers. */
function world(flowControl: Record<string, unknown>, gates: readonly string[] = ['flowControl']) {
  const { table } = pool();
  const lines: string[] = [];
  const router = createRouter({
    table,
    allowExperimentalPlugins: false,
    streams: { open: () => ({ unit: () => 0.5 }) },
    output: {
      dispatch: (sent, _dispatch, nowUs) => lines.push(`dispatch ${sent.id} @${nowUs}`),
      reject: (refused, rejection, nowUs) =>
        lines.push(`${rejection.status} ${rejection.reason} ${refused.id} @${nowUs}`),
      evict: (evicted, nowUs) => lines.push(`evict ${evicted.id} @${nowUs}`),
    },
    config: {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      featureGates: gates,
      plugins: [
        { type: 'queue-scorer' },
        { type: 'round-robin-fairness-policy' },
        { type: 'slo-deadline-ordering-policy' },
        { type: 'concurrency-detector', parameters: { maxConcurrency: 2 } },
      ],
      // Without it, the detector would also filter in the default profile.
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorer' }] }],
      flowControl: { saturationDetector: { pluginRef: 'concurrency-detector' }, ...flowControl },
    },
  });
  const runUntil = (fromUs: number, untilUs: number) => {
    for (let next = router.advance(fromUs); next <= untilUs; next = router.advance(next));
  };
  return { router, lines, runUntil };
}

const arrivals = (router: { arrive(r: InferenceRequest, nowUs: number): void }, list: InferenceRequest[]) => {
  for (const each of list) router.arrive(each, 0);
};

test('the pool fills up, the rest waits, and an end lets the next one in', () => {
  const { router, lines, runUntil } = world({});
  const requests = [1, 2, 3, 4].map((id) => request(id));
  arrivals(router, requests);
  expect(lines).toEqual(['dispatch 1 @0', 'dispatch 2 @0']);
  expect(router.queued).toBe(2);
  runUntil(0, 2500);
  router.finished(requests[0]!, USAGE, 'natural', 2500);
  runUntil(2500, 10_000);
  expect(lines.slice(2)).toEqual(['dispatch 3 @3000']);
  router.cancel(requests[3]!, 10_500);
  expect(lines.slice(3)).toEqual(['503 rejected-context-cancelled 4 @10500']);
  expect(router.queued).toBe(0);
});

test('bands: limits, round-robin between flows, deadlines within a flow', () => {
  const { router, lines, runUntil } = world({
    priorityBands: [
      {
        priority: 10,
        maxRequests: 4,
        fairnessPolicyRef: 'round-robin-fairness-policy',
        orderingPolicyRef: 'slo-deadline-ordering-policy',
      },
    ],
  });
  const slo = (ms: string) => new Map([['x-llm-d-slo-ttft-ms', ms]]);
  const blockers = [request(1), request(2)];
  arrivals(router, blockers);
  arrivals(router, [
    request(3, { priority: 10, fairnessId: 'b', headers: slo('900') }),
    request(4, { priority: 10, fairnessId: 'b', headers: slo('100') }),
    request(5, { priority: 10, fairnessId: 'a' }),
    request(6, { priority: 10, fairnessId: 'a', headers: slo('500') }),
    request(7, { priority: 10, fairnessId: 'c' }),
  ]);
  expect(lines.slice(2)).toEqual(['429 rejected-saturated 7 @0']);
  const waiting = [6, 4, 5, 3];
  router.finished(blockers[0]!, USAGE, 'natural', 500);
  router.finished(blockers[1]!, USAGE, 'natural', 500);
  runUntil(500, 5000);
  expect(lines.slice(3)).toEqual(
    waiting.slice(0, 2).map((id, index) => `dispatch ${id} @${1000 * (index + 1)}`),
  );
});

test('eviction: the shell is told to end a sheddable request, and its end makes room', () => {
  const { router, lines, runUntil } = world({ enableEviction: true });
  const sheddable = [request(1, { priority: -1 }), request(2, { priority: -1 })];
  arrivals(router, sheddable);
  router.arrive(request(3, { priority: 1 }), 4000);
  expect(lines.slice(2)).toEqual(['evict 2 @4000']);
  runUntil(4000, 6500);
  router.finished(sheddable[1]!, USAGE, 'evicted', 6500);
  runUntil(6500, 9000);
  expect(lines.slice(3)).toEqual(['dispatch 3 @7000']);
});

test('with the gate off nothing waits: negative priorities are shed when the pool is full', () => {
  const { router, lines } = world({}, []);
  arrivals(router, [request(1), request(2), request(3, { priority: -1 }), request(4)]);
  expect(lines).toEqual(['dispatch 1 @0', 'dispatch 2 @0', '429 null 3 @0', 'dispatch 4 @0']);
  expect(router.advance(0)).toBe(Number.POSITIVE_INFINITY);
});
