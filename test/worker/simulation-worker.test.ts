import { describe, expect, test } from 'vitest';
import type { JobProgress, ScenarioResult } from '../../sim/worker/api.ts';
import { CURVE_POINTS } from '../../sim/worker/curves.ts';
import { createSimulationWorker } from '../../sim/worker/simulation-worker.ts';
import { comparisonDocument, scenarioDocument } from './documents.ts';

/** A host whose clock moves 1 ms with every look, and which pauses as a browser does: other messages get their turn. */
function host() {
  let nowMs = 0;
  return { nowMs: () => nowMs++, pause: () => new Promise<void>((resume) => setImmediate(resume)) };
}

const ignore = (): void => {};

describe('a scenario', () => {
  test('ends with a report and quantile curves', async () => {
    const worker = createSimulationWorker(host());
    const outcome = await worker.runScenario(scenarioDocument(200), { jobId: 'a', seeds: 2 }, ignore);
    if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
    const { report, curves } = outcome.result;
    expect(report.counts.completed).toBe(400);
    expect(report.seeds).toEqual([3, 4]);
    expect(curves.ttft.ms.length).toBe(CURVE_POINTS);
    expect(curves.ttft.n).toBe(400);
    expect([...curves.ttft.ms]).toEqual([...curves.ttft.ms].sort((a, b) => a - b));
    expect(curves.ttft.ms[CURVE_POINTS / 2]!).toBeCloseTo(report.ttftMs.p50!, 0);
  });

  test('gives the same report however it is cut into bursts', async () => {
    const slow = await createSimulationWorker(host()).runScenario(
      scenarioDocument(200),
      { jobId: 'a', seeds: 1 },
      ignore,
    );
    const still = { ...host(), nowMs: () => 0 };
    const fast = await createSimulationWorker(still).runScenario(
      scenarioDocument(200),
      { jobId: 'b', seeds: 1 },
      ignore,
    );
    if (slow.status !== 'done' || fast.status !== 'done') throw new Error('both must end');
    expect({ ...slow.result.report, sim: null }).toEqual({ ...fast.result.report, sim: null });
  });

  test('progress rises, and brings the seeds that are done', async () => {
    const worker = createSimulationWorker(host());
    const seen: JobProgress<ScenarioResult>[] = [];
    const outcome = await worker.runScenario(
      scenarioDocument(20_000),
      { jobId: 'a', seeds: 3, fastForward: false },
      (progress) => seen.push(progress),
    );
    expect(outcome.status).toBe('done');
    const shares = seen.map((progress) => progress.done);
    expect(seen.length).toBeGreaterThan(3);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(seen[0]!.partial).toBeNull();
    expect(seen.at(-1)!.partial?.report.seeds.length).toBe(2);
  });
});

describe('a comparison', () => {
  test('runs every fleet with the same seeds', async () => {
    const worker = createSimulationWorker(host());
    const outcome = await worker.runComparison(comparisonDocument(150), { jobId: 'a', seeds: 2 }, ignore);
    if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
    const { report, curves } = outcome.result;
    const fleets = report.workloads[0]!.fleets;
    expect(fleets.map((fleet) => [fleet.letter, fleet.name, fleet.gpus])).toEqual([
      ['A', 'two', 2],
      ['B', 'three', 3],
    ]);
    expect(fleets.map((fleet) => fleet.report.seeds)).toEqual([
      [3, 4],
      [3, 4],
    ]);
    expect(curves.map((one) => one.fleet)).toEqual(['two', 'three']);
  });
});

describe('ends that are no results', () => {
  test('a cancelled job stops at the next pause and keeps the seeds that were done', async () => {
    const worker = createSimulationWorker(host());
    const job = worker.runScenario(
      scenarioDocument(20_000),
      { jobId: 'a', seeds: 50, fastForward: false },
      (progress) => {
        if (progress.runsDone >= 1) worker.cancel('a');
      },
    );
    const outcome = await job;
    expect(outcome.status).toBe('cancelled');
    if (outcome.status === 'cancelled') expect(outcome.partial?.report.seeds[0]).toBe(3);
  });

  test('a job that does not run cannot be cancelled', async () => {
    const worker = createSimulationWorker(host());
    expect(worker.cancel('a')).toBe(false);
    await worker.runScenario(scenarioDocument(10), { jobId: 'a', seeds: 1 }, ignore);
    expect(worker.cancel('a')).toBe(false);
  });

  test('an invalid document comes back with the field', async () => {
    const worker = createSimulationWorker(host());
    const document = { ...scenarioDocument(10), flet: {} };
    const outcome = await worker.runScenario(document, { jobId: 'a', seeds: 1 }, ignore);
    if (outcome.status !== 'invalid') throw new Error(outcome.status);
    expect(outcome.problems.map((problem) => problem.path)).toContain('flet');
    expect(structuredClone(outcome)).toEqual(outcome);
  });

  test('a trace that was not handed in is invalid input, one that was is replayed', async () => {
    const worker = createSimulationWorker(host());
    const trace = { kind: 'trace', format: 'drydock', path: 'a.csv' };
    const document = { ...scenarioDocument(10), run: {}, workload: trace };
    const missing = await worker.runScenario(document, { jobId: 'a', seeds: 1 }, ignore);
    expect(missing.status).toBe('invalid');
    const traces = { 'a.csv': 'arrival_s,input_tokens,output_tokens\n0,10,5\n1,20,5' };
    const found = await worker.runScenario(document, { jobId: 'b', seeds: 1, traces }, ignore);
    if (found.status !== 'done') throw new Error(JSON.stringify(found));
    expect(found.result.report.counts.completed).toBe(2);
  });
});
