/** Scripts of measured runs: drain between stages, closed loops, trials, the API server. */
import { expect, test } from 'vitest';
import { CaseWorkload, type PlannedRequest, type StagePlan } from '../../sim/validate/case-workload.ts';
import type { SimRequest } from '../../sim/workload/request.ts';

const request = (id: number): PlannedRequest => ({ contentIds: [id], lengths: [10], outputTokens: 5 });

/**
 * Plays a script, each request taking `serviceUs`; returns arrival times and content ids in order of arrival.
 */
function play(
  stages: readonly StagePlan[],
  takesUs: number,
  serverUs = 0,
): [arrivalUs: number, content: number][] {
  const workload = new CaseWorkload(stages, 'model', serverUs);
  const running: SimRequest[] = [];
  const seen: [number, number][] = [];
  const take = (next: SimRequest | null): boolean => {
    if (next === null) return false;
    running.push(next);
    seen.push([next.request.arrivalUs, next.prompt.ids[0]!]);
    return true;
  };
  while (take(workload.next()));
  while (running.length > 0) {
    running.sort((a, b) => a.request.arrivalUs - b.request.arrivalUs);
    const done = running.shift()!;
    take(workload.onFinished(done, true, done.request.arrivalUs + takesUs));
    while (take(workload.next()));
  }
  return seen;
}

test('a stage starts a second after the last request of the one before has ended', () => {
  const stage = (id: number): StagePlan => ({
    kind: 'open',
    requests: [request(id), request(id + 1)],
    offsetsUs: [0, 100],
  });
  expect(play([stage(1), stage(3)], 5000)).toEqual([
    [0, 1],
    [100, 2],
    [1_005_100, 3],
    [1_005_200, 4],
  ]);
});

test('clients of a closed loop share one queue and send as soon as their last request has ended', () => {
  const requests = [1, 2, 3, 4, 5].map(request);
  expect(play([{ kind: 'shared', clients: 2, requests }], 1000)).toEqual([
    [0, 1],
    [0, 2],
    [1000, 3],
    [1000, 4],
    [2000, 5],
  ]);
});

test('clients with queues of their own keep to them', () => {
  const queues = [[1, 2].map(request), [10, 11, 12].map(request)];
  expect(play([{ kind: 'own', queues }], 1000).map(([, id]) => id)).toEqual([1, 10, 2, 11, 12]);
});

test('a trial request is sent alone before the stage and belongs to none', () => {
  const stages: StagePlan[] = [
    { kind: 'shared', clients: 2, requests: [1, 2].map(request), trial: request(1) },
  ];
  expect(play(stages, 1000)).toEqual([
    [0, 1],
    [1_001_000, 1],
    [1_001_000, 2],
  ]);
});

test('an API server that takes 4 ms a request spreads a burst, and says how long each waited', () => {
  const stages: StagePlan[] = [{ kind: 'open', requests: [1, 2, 3].map(request), offsetsUs: [0, 0, 0] }];
  expect(play(stages, 100, 4000).map(([at]) => at)).toEqual([0, 4000, 8000]);
  const workload = new CaseWorkload(stages, 'model', 4000);
  while (workload.next() !== null);
  expect(workload.waitedUs).toEqual([0, 4000, 8000]);
});
