/** Three places where fleet simulators go wrong, as laws of whole runs. */
import { expect, test } from 'vitest';
import { run, scenario, splitScenario } from './fixtures.ts';

test('a preempted request keeps its tokens and its first-token time: the client sees one long gap, no second start', () => {
  // 40 usable blocks of 16; requests of 100 + 150 tokens take 16: two fit, the third grows into a preemption.
  const base = scenario({ run: { requests: 30 } }, { replicas: 1 });
  const engine = { name: 'vllm', version: '0.15', args: { num_gpu_blocks_override: 41 } } as const;
  const s = {
    ...base,
    workload: { ...base.workload, output: { dist: 'constant', value: 150 } } as typeof base.workload,
    fleet: { pools: [{ ...base.fleet.pools[0]!, engine }] },
  };
  const { records, result } = run(s);
  const preempted = records.filter((r) => r.course.preemptions > 0);
  expect(preempted.length).toBeGreaterThan(0);
  for (const { course, outputTokens } of preempted) {
    expect(course.ending).toBe('completed');
    // 150 tokens of 10 ms are 149 gaps; what is longer was waited in the queue, and recomputing takes single steps.
    const spanUs = course.endUs - course.firstTokenUs;
    const decodeUs = (outputTokens - 1) * 10_000;
    expect(spanUs).toBeGreaterThanOrEqual(decodeUs);
    expect(spanUs).toBeLessThanOrEqual(decodeUs + course.preemptedUs + 20_000 * course.preemptions);
  }
  // Every token but the first has one gap, and the gaps of a request add up to its time from first to last token.
  const { itl } = result.recorder;
  expect(itl.count).toBe(30 * 149);
  const spans = records.reduce((sum, { course }) => sum + course.endUs - course.firstTokenUs, 0);
  expect(itl.mean! * itl.count).toBeCloseTo(spans, -2);
});

test('transfers share links max-min fairly as flows come and go', () => {
  // Two pulls of 131 ms over the one prefill NIC of 1 GB/s, the second half-way through the first: 65 ms alone, then half
  // the rate each. The first has 65 ms left at half rate: done at 196; the second has moved 65 by then and has the link alone.
  const pullUs = (999 * 131_072) / 1e3;
  const s = splitScenario({ run: { requests: 2 } });
  const gapS = (pullUs / 2 / 1e6).toFixed(6);
  const arrivals = { process: 'constant', rateRps: 1 / Number(gapS) } as const;
  const { records } = run({ ...s, workload: { ...s.workload, arrivals } as typeof s.workload });
  const [first, second] = records.sort((a, b) => a.request.id - b.request.id);
  // The second is asked for one step (10 ms) of prefill after its arrival, as the first was.
  expect(first!.course.transferUs / pullUs).toBeCloseTo(1.5, 2);
  expect(second!.course.transferUs / pullUs).toBeCloseTo(1.5, 2);
});

test('nothing is dropped silently: work that can never be done ends as failed, with its reason', () => {
  const base = scenario({ run: { requests: 10 } }, { replicas: 1 });
  const engine = { name: 'vllm', version: '0.27', args: { num_gpu_blocks_override: 5 } } as const;
  const { ends, records } = run({ ...base, fleet: { pools: [{ ...base.fleet.pools[0]!, engine }] } });
  expect(ends.failed).toBe(10);
  for (const { course } of records) expect(course.reason).not.toBe('');
});
