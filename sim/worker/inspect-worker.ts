/** A recorded run of one fleet in a worker: bursts of events with pauses in which a cancel is heard. */
import { ConfigError } from '../../src/core/check.ts';
import { RecordedRun } from '../inspect/recorded-run.ts';
import type { Recording } from '../inspect/recording.ts';
import { buildReport } from '../metrics/build-report.ts';
import type { Report } from '../metrics/report.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { comparisonCells, DEFAULT_SEED } from '../run/plan-cells.ts';
import { priceLookup } from '../run/prices.ts';
import { parseComparison } from '../scenario/parse.ts';
import type { JobOptions, JobOutcome, ProgressSink, WorkerHost } from './api.ts';
import { inBursts } from './bursts.ts';
import { textLines } from './text-lines.ts';

const EVENTS_PER_LOOK = 2048;

/** Which run of a comparison: one fleet under its first workload, with one seed. */
export interface InspectOptions extends Pick<JobOptions, 'jobId' | 'traces'> {
  /** Place of the fleet, from 0; the last one where there are fewer. */
  readonly fleet: number;
}

export interface InspectResult {
  readonly report: Report;
  readonly recording: Recording;
  readonly fleet: string;
  readonly seed: number;
}

export interface InspectWorker {
  runInspect(
    document: unknown,
    options: InspectOptions,
    onProgress: ProgressSink<InspectResult>,
  ): Promise<JobOutcome<InspectResult>>;
  /** False when no such run goes on. */
  cancelInspect(jobId: string): boolean;
}

export function createInspectWorker(host: WorkerHost): InspectWorker {
  const running = new Set<string>();

  async function record(
    document: unknown,
    { jobId, fleet, traces }: InspectOptions,
    onProgress: ProgressSink<InspectResult>,
  ): Promise<JobOutcome<InspectResult>> {
    const comparison = parseComparison(document);
    const cells = comparisonCells(comparison);
    const cell = cells[Math.min(fleet, comparison.fleets.length - 1)]!;
    const { scenario } = cell;
    const seed = comparison.seed ?? DEFAULT_SEED;
    const run = new RecordedRun(scenario, {
      ...{ seed, fastForward: true, fleetPath: cell.fleetPath },
      readLines: (path) => textLines(traces?.[path] ?? ''),
    });
    const isWhole = await inBursts(host, {
      step: () => run.advance(EVENTS_PER_LOOK),
      tell: () => {
        const label = `${cell.fleet}, seed ${seed}`;
        onProgress({ jobId, done: run.progress, runsDone: 0, runsTotal: 1, label, partial: null });
      },
      isWanted: () => running.has(jobId),
    });
    if (!isWhole) return { status: 'cancelled', partial: null };
    const report = buildReport([run.result()], {
      scenario: cell.fleet,
      slo: scenario.slo,
      priceOf: priceLookup(scenario.prices),
      engineDigest: ENGINE_DIGEST,
      wallMs: 0,
    });
    return { status: 'done', result: { report, recording: run.recording(), fleet: cell.fleet, seed } };
  }

  return {
    runInspect: async (document, options, onProgress) => {
      running.add(options.jobId);
      try {
        return await record(document, options, onProgress);
      } catch (error) {
        if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
        return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
      } finally {
        running.delete(options.jobId);
      }
    },
    cancelInspect: (jobId) => running.delete(jobId),
  };
}
