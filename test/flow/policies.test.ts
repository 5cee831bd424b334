import { expect, test } from 'vitest';
import { EDF_ORDERING, FCFS_ORDERING, SLO_DEADLINE_ORDERING } from '../../src/flow/policies/ordering.ts';
import { jainsIndex, ProgramAwareFairness } from '../../src/flow/policies/program-aware.ts';
import { ROUND_ROBIN_FAIRNESS } from '../../src/flow/policies/round-robin.ts';
import {
  priorityHoldback,
  softReflectiveCeiling,
  staticUsageLimit,
} from '../../src/flow/policies/usage-limits.ts';
import type { FairnessPolicy, OrderingPolicy, UsageLimitPolicy } from '../../src/flow/policy.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import { BAND, controller, Dial, request, runUntil } from './fixtures.ts';

interface Arrival {
  readonly atUs: number;
  readonly fields?: Partial<InferenceRequest>;
}

/** Order of release of a backlog that arrives while the pool is full and drains from `openUs` on. */
function released(
  policies: { ordering?: OrderingPolicy; fairness?: FairnessPolicy },
  arrivals: readonly Arrival[],
  openUs: number,
): number[] {
  const dial = new Dial(1);
  const { flow, journal } = controller({ detector: dial, defaultBand: { ...BAND, ...policies } });
  for (const [id, { atUs, fields }] of arrivals.entries()) {
    flow.arrive(request(id, { arrivalUs: atUs, ...fields }), atUs);
  }
  dial.level = 0;
  runUntil(flow, openUs + 100_000, openUs);
  return journal.admitted;
}

const slo = (ms: string) => ({ headers: new Map([['x-llm-d-slo-ttft-ms', ms]]) });

test('slo-deadline: earliest deadline first, those without one last in order of arrival', () => {
  const arrivals = [
    { atUs: 0 },
    { atUs: 10, fields: slo('500') },
    { atUs: 20, fields: slo('200') },
    { atUs: 30, fields: slo('1.5') },
    { atUs: 40, fields: { headers: new Map([['x-slo-ttft-ms', '300']]) } },
    { atUs: 50, fields: slo('99999999999999') },
    { atUs: 60, fields: slo('soon') },
  ];
  expect(released({ ordering: SLO_DEADLINE_ORDERING }, arrivals, 1000)).toEqual([2, 4, 1, 0, 3, 5, 6]);
});

test('slo-deadline: a late arrival with a tight objective overtakes', () => {
  const arrivals = [
    { atUs: 0, fields: slo('400') },
    { atUs: 100_000, fields: slo('299') },
    { atUs: 100_001, fields: slo('300') },
  ];
  expect(released({ ordering: SLO_DEADLINE_ORDERING }, arrivals, 100_001)).toEqual([1, 0, 2]);
});

test('edf equals fcfs while all requests have one budget', () => {
  const arrivals = [{ atUs: 0, fields: slo('900') }, { atUs: 5, fields: slo('1') }, { atUs: 9 }];
  expect(released({ ordering: EDF_ORDERING }, arrivals, 10)).toEqual([0, 1, 2]);
  expect(released({ ordering: FCFS_ORDERING }, arrivals, 10)).toEqual([0, 1, 2]);
});

const flow = (fairnessId: string) => ({ fairnessId });

test('global-strict serves all flows as one queue', () => {
  const arrivals = ['b', 'b', 'a', 'c', 'a'].map((id, index) => ({ atUs: index, fields: flow(id) }));
  expect(released({}, arrivals, 10)).toEqual([0, 1, 2, 3, 4]);
});

test('round-robin turns over the sorted flows that have work', () => {
  const arrivals = ['c', 'c', 'c', 'a', 'a', 'b'].map((id, index) => ({ atUs: index, fields: flow(id) }));
  expect(released({ fairness: ROUND_ROBIN_FAIRNESS }, arrivals, 10)).toEqual([3, 5, 0, 4, 1, 2]);
});

test('round-robin goes on after the last served flow when flows come and go', () => {
  const picker = ROUND_ROBIN_FAIRNESS.openPicker();
  const { flow: control } = controller({
    detector: new Dial(1),
    defaultBand: { ...BAND, fairness: { openPicker: () => picker } },
  });
  for (const [id, name] of ['a', 'c', 'd'].entries()) control.arrive(request(id, flow(name)), 0);
  const flows = control.bands.ordered[0]!.active;
  expect(picker.pick(flows, 0).id).toBe('a');
  expect(picker.pick(flows, 0).id).toBe('c');
  control.arrive(request(9, flow('b')), 0);
  expect(picker.pick(flows, 0).id).toBe('d');
  expect(picker.pick(flows, 0).id).toBe('a');
  expect(picker.pick(flows, 0).id).toBe('b');
});

const LAS = {
  lasWeightService: 0.8,
  lasWeightHeadWait: 0.2,
  lasHalfLifeSeconds: 60,
  evictionTtlSeconds: 3600,
  evictionSweepSeconds: 300,
};
const usage = (promptTokens: number, outputTokens: number) => ({
  promptTokens,
  outputTokens,
  cachedTokens: 0,
});

function served(policy: ProgramAwareFairness, program: string, tokens: number, nowUs: number): void {
  policy.dispatched(program, nowUs);
  policy.finished(program, usage(tokens, 0), nowUs);
}

test('las: service is prompt plus twice output tokens, halved every half-life', () => {
  const policy = new ProgramAwareFairness(LAS);
  policy.dispatched('a', 0);
  policy.finished('a', usage(100, 50), 0);
  expect(policy.attainedService('a', 0)).toBe(200);
  expect(policy.attainedService('a', 60e6)).toBeCloseTo(100, 9);
  served(policy, 'a', 10, 120e6);
  expect(policy.attainedService('a', 120e6)).toBeCloseTo(60, 9);
  expect(policy.attainedService('unknown', 0)).toBe(0);
});

test('las: half-life 0 keeps service for ever', () => {
  const policy = new ProgramAwareFairness({ ...LAS, lasHalfLifeSeconds: 0 });
  served(policy, 'a', 7, 0);
  expect(policy.attainedService('a', 3000e6)).toBe(7);
});

test('las: the least served program goes first, however long the others wait', () => {
  const policy = new ProgramAwareFairness(LAS);
  served(policy, 'a', 1000, 0);
  served(policy, 'b', 10, 0);
  const arrivals = [
    { atUs: 0, fields: flow('a') },
    { atUs: 90_000, fields: flow('b') },
  ];
  expect(released({ fairness: policy }, arrivals, 90_000)).toEqual([1, 0]);
});

test('las: with equal service the longest wait decides, with equal waits the least id', () => {
  const arrivals = [
    { atUs: 0, fields: flow('z') },
    { atUs: 0, fields: flow('b') },
    { atUs: 500, fields: flow('a') },
  ];
  expect(released({ fairness: new ProgramAwareFairness(LAS) }, arrivals, 500)).toEqual([1, 0, 2]);
});

test('las: score 0.8 service + 0.2 wait, worked for three programs', () => {
  // Normalised services 0, 0.5, 1 and waits 0, 1, 0.5: scores 0.8, 0.6, 0.1.
  // The next two have service 0, 1 and waits 1, 0: scores 1, 0.
  const policy = new ProgramAwareFairness({ ...LAS, lasHalfLifeSeconds: 0 });
  for (const [program, tokens] of [
    ['a', 100],
    ['b', 200],
    ['c', 300],
  ] as const) {
    served(policy, program, tokens, 0);
  }
  const arrivals = [
    { atUs: 0, fields: flow('b') },
    { atUs: 200_000, fields: flow('c') },
    { atUs: 400_000, fields: flow('a') },
  ];
  expect(released({ fairness: policy }, arrivals, 400_000)).toEqual([2, 0, 1]);
});

test('las: weights can favour waiting over service', () => {
  const policy = new ProgramAwareFairness({ ...LAS, lasWeightService: 0.2, lasWeightHeadWait: 0.8 });
  served(policy, 'a', 1000, 0);
  const arrivals = [
    { atUs: 0, fields: flow('a') },
    { atUs: 90_000, fields: flow('b') },
  ];
  expect(released({ fairness: policy }, arrivals, 90_000)).toEqual([0, 1]);
});

test('las: a program without completions for the eviction time is forgotten, one in flight is not', () => {
  const policy = new ProgramAwareFairness({ ...LAS, lasHalfLifeSeconds: 0 });
  served(policy, 'idle', 5, 0);
  served(policy, 'busy', 5, 0);
  policy.dispatched('busy', 0);
  served(policy, 'other', 1, 3600e6);
  expect(policy.attainedService('idle', 3600e6)).toBe(0);
  expect(policy.attainedService('busy', 3600e6)).toBe(5);
});

function ceilings(policy: UsageLimitPolicy, saturation: number, priorities: readonly number[]): number[] {
  const out = new Float64Array(priorities.length).fill(1);
  policy.computeLimits(saturation, priorities, out);
  return [...out];
}

test('static limit: one ceiling for all bands', () => {
  expect(ceilings(staticUsageLimit(0.9), 0.5, [5, 0, -1])).toEqual([0.9, 0.9, 0.9]);
});

test('holdback by rank and by value', () => {
  const by = (domain: 'rank' | 'value') => priorityHoldback({ domain, minCeiling: 0.4, maxCeiling: 1 });
  expect(ceilings(by('rank'), 0.5, [10, 5, -10])).toEqual([1, expect.closeTo(0.7, 12), 0.4]);
  expect(ceilings(by('value'), 0.5, [10, 5, -10])).toEqual([1, expect.closeTo(0.85, 12), 0.4]);
  expect(ceilings(by('rank'), 0.5, [3])).toEqual([1]);
  expect(ceilings(by('value'), 0.5, [3])).toEqual([1]);
});

test('reflective ceiling: open below the reflection, shut at saturation 1, a duty cycle between', () => {
  const policy = softReflectiveCeiling();
  expect(ceilings(policy, 0.4, [2, 1, 0])).toEqual([1, 1, 1]);
  expect(ceilings(policy, 1, [2, 1, 0])).toEqual([1, 0, 0]);
  // s = 0.62: reflections 0.69 and 0.38, so only the lowest is gated; period round(1.63) = 2.
  const low = Array.from({ length: 4 }, () => ceilings(policy, 0.62, [2, 1, 0]));
  expect(low).toEqual([
    [1, 1, 0],
    [1, 1, 1],
    [1, 1, 0],
    [1, 1, 1],
  ]);
  // s = 0.8: reflections 0.6 and 0.2; period 4, and both gated bands open together.
  const high = Array.from({ length: 8 }, () => ceilings(policy, 0.8, [2, 1, 0]));
  expect(high.filter((each) => each[1] === 1 && each[2] === 1)).toHaveLength(2);
  expect(high.filter((each) => each[1] !== each[2])).toEqual([]);
  expect(high.every((each) => each[0] === 1)).toBe(true);
});

test('reflective ceiling: a single band is always open', () => {
  expect(ceilings(softReflectiveCeiling(), 0.99, [0])).toEqual([1]);
});

test("Jain's index is 1 for equal shares, 1/n when one has all, 1 when nobody has any", () => {
  expect(jainsIndex([3, 3, 3])).toBe(1);
  expect(jainsIndex([5, 0, 0, 0])).toBe(0.25);
  expect(jainsIndex([1, 3])).toBeCloseTo(16 / 20, 12);
  expect(jainsIndex([])).toBe(1);
});
