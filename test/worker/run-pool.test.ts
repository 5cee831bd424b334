import { describe, expect, test } from 'vitest';
import { buildReport } from '../../sim/metrics/build-report.ts';
import { ENGINE_DIGEST } from '../../sim/run/engine-digest.ts';
import { Job } from '../../sim/run/job.ts';
import { scenarioCell } from '../../sim/run/plan-cells.ts';
import type { RunOutcome, RunSpec } from '../../sim/run/run-spec.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { exposeRunWorker, poolWorkerOver } from '../../sim/worker/over-comlink.ts';
import { localWorker, RunPool, type StartWorker } from '../../sim/worker/run-pool.ts';
import type { RunHost } from '../../sim/worker/run-worker.ts';
import { scenarioDocument } from './documents.ts';

/** A host whose clock moves 1 ms with every look, and which lets messages in when it pauses. */
function host(): RunHost {
  let nowMs = 0;
  return { nowMs: () => nowMs++, pause: () => new Promise<void>((resume) => setImmediate(resume)) };
}

/** A worker behind a message channel: everything that crosses is cloned or transferred, as between threads. */
const startBehindChannel: StartWorker = (onProgress) => {
  const { port1, port2 } = new MessageChannel();
  exposeRunWorker(host(), port2);
  port1.start();
  port2.start();
  const terminate = (): void => port1.close();
  return poolWorkerOver(port1, onProgress, { terminate, death: new Promise(() => undefined) });
};

function specs(requests: number, seeds: number): RunSpec[] {
  const scenario = parseScenario(scenarioDocument(requests));
  return Array.from({ length: seeds }, (_, i) => ({ scenario, seed: i + 1 }));
}

const invalid: RunSpec = {
  seed: 1,
  scenario: { ...specs(1, 1)[0]!.scenario, workload: { kind: 'trace', format: 'drydock', path: 'none.csv' } },
};

function reportText(outcomes: readonly RunOutcome[]): string {
  const results = outcomes.map((outcome) => {
    if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
    return outcome.result;
  });
  const context = { scenario: 's', priceOf: () => null, engineDigest: 'e', wallMs: 0 };
  return JSON.stringify(buildReport(results, { ...context, slo: specs(1, 1)[0]!.scenario.slo }));
}

const statuses = (outcomes: readonly RunOutcome[]): string[] => outcomes.map((outcome) => outcome.status);

describe('the same bytes', () => {
  test('for 1, 2 and 3 workers, and in this thread', async () => {
    const inThread = await new RunPool({ start: localWorker(host()), size: 1 }).runAll(specs(1500, 5));
    for (const size of [1, 2, 3]) {
      const pool = new RunPool({ start: startBehindChannel, size });
      expect(reportText(await pool.runAll(specs(1500, 5)))).toBe(reportText(inThread));
      pool.close();
    }
  });

  test('where quantiles come from histograms', async () => {
    const many = specs(150_000, 1);
    const inThread = await new RunPool({ start: localWorker(host()), size: 1 }).runAll(many);
    const pool = new RunPool({ start: startBehindChannel, size: 1 });
    expect(reportText(await pool.runAll(many))).toBe(reportText(inThread));
    expect(reportText(inThread)).toContain('exact to 0.1 %');
    pool.close();
  });
});

describe('a batch', () => {
  test('keeps outcomes in the order of its runs, with failures as values', async () => {
    const [first, second] = specs(50, 2);
    const pool = new RunPool({ start: startBehindChannel, size: 2 });
    const outcomes = await pool.runAll([first!, invalid, second!]);
    expect(statuses(outcomes)).toEqual(['done', 'invalid', 'done']);
    const [, problem, last] = outcomes;
    expect(problem?.status === 'invalid' && problem.problems[0]?.path).toBe('workload.path');
    expect(last?.status === 'done' && last.result.seed).toBe(2);
    pool.close();
  });

  test('leaves out what comes after a failure when it is told to, never what comes before', async () => {
    const [first, second] = specs(3000, 2);
    const pool = new RunPool({ start: startBehindChannel, size: 3 });
    const outcomes = await pool.runAll([first!, invalid, second!, second!], { failFast: true });
    expect(statuses(outcomes)).toEqual(['done', 'invalid', 'cancelled', 'cancelled']);
    pool.close();
  });

  test('tells rising progress', async () => {
    const shares: number[] = [];
    const pool = new RunPool({ start: startBehindChannel, size: 2 });
    const batch = specs(4000, 4).map((spec) => ({ ...spec, fastForward: false }));
    await pool.runAll(batch, { onProgress: ({ done }) => shares.push(done) });
    expect(shares.length).toBeGreaterThan(4);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    pool.close();
  });

  test('a cancel settles at once with what was complete, and the pool serves the next batch', async () => {
    const pool = new RunPool({ start: startBehindChannel, size: 2 });
    const slow = specs(20_000, 40).map((spec) => ({ ...spec, fastForward: false }));
    const batch = pool.start([specs(20, 1)[0]!, ...slow], { onOutcome: () => batch.cancel() });
    const outcomes = await batch.outcomes;
    expect(outcomes[0]!.status).toBe('done');
    expect(statuses(outcomes).filter((status) => status === 'cancelled')).toHaveLength(40);
    expect(statuses(await pool.runAll(specs(20, 3)))).toEqual(['done', 'done', 'done']);
    pool.close();
  });

  test('of higher priority is served first', async () => {
    const pool = new RunPool({ start: startBehindChannel, size: 1 });
    const ended: string[] = [];
    const low = pool.runAll(specs(20, 3), { onOutcome: () => ended.push('low') });
    const high = pool.runAll(specs(20, 2), { priority: 1, onOutcome: () => ended.push('high') });
    await Promise.all([low, high]);
    expect(ended).toEqual(['low', 'high', 'high', 'low', 'low']);
    pool.close();
  });

  test('with no runs is done', async () => {
    expect(await new RunPool({ start: startBehindChannel, size: 1 }).runAll([])).toEqual([]);
  });
});

test.each([1, 3, 7])(
  'with %s ms between two looks at the clock a run lets a cancel in every 100 ms and tells progress every 250 ms',
  async (lookMs) => {
    let nowMs = 0;
    const pausesMs: number[] = [];
    const toldMs: number[] = [];
    const worker = localWorker({
      nowMs: () => (nowMs += lookMs),
      pause: () => {
        pausesMs.push(nowMs);
        return Promise.resolve();
      },
    })(() => toldMs.push(nowMs));
    const outcome = await worker.run({ ...specs(20_000, 1)[0]!, fastForward: false }, ENGINE_DIGEST);
    expect(outcome.status).toBe('done');
    const widest = (times: readonly number[]): number =>
      [...times, nowMs].reduce((most, at, i) => Math.max(most, at - (times[i - 1] ?? 0)), 0);
    expect(pausesMs.length).toBeGreaterThan(20);
    expect(widest(pausesMs)).toBeLessThanOrEqual(100);
    expect(toldMs.length).toBeGreaterThan(3);
    expect(widest(toldMs)).toBeLessThanOrEqual(250);
  },
);

test('a worker that dies fails its run and is replaced', async () => {
  let started = 0;
  const start: StartWorker = (onProgress) => {
    started += 1;
    if (started > 1) return localWorker(host())(onProgress);
    const death = Promise.resolve(new Error('out of memory'));
    const run = (): Promise<never> => new Promise(() => undefined);
    return { hold: () => undefined, cancel: () => undefined, terminate: () => undefined, run, death };
  };
  const outcomes = await new RunPool({ start, size: 1 }).runAll(specs(20, 2));
  expect(outcomes[0]).toEqual({ status: 'failed', message: 'a worker died: out of memory' });
  expect(outcomes[1]!.status).toBe('done');
});

test('a worker of another build refuses', async () => {
  const worker = localWorker(host())(() => undefined);
  const outcome = await worker.run(specs(1, 1)[0]!, 'another');
  expect(outcome.status).toBe('failed');
});

test("a job's results are those of the seeds that every cell has", async () => {
  const cells = ['a', 'b'].map((name) => ({
    ...scenarioCell(specs(20, 1)[0]!.scenario, name),
    fleet: name,
  }));
  const job = new Job(cells, { seeds: [1, 2], fastForward: true });
  expect([0, 1, 2, 3].map((i) => job.labelOf(i))).toEqual(
    ['a, 1', 'b, 1', 'a, 2', 'b, 2'].map((text) => text.replace(', ', ', synthetic, seed ')),
  );
  const outcomes = await new RunPool({ start: localWorker(host()), size: 1 }).runAll(job.specs);
  for (const [index, seedsDone] of [
    [3, 0],
    [1, 0],
    [0, 1],
    [2, 2],
  ] as const) {
    job.ended(index, outcomes[index]!);
    expect(job.seedsDone).toBe(seedsDone);
  }
  expect(job.results(1).map((result) => result.seed)).toEqual([1, 2]);
});
