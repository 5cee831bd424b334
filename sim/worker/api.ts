/**
 * What a page (or a parent thread) may ask of a simulation worker. The same interface is exposed through comlink in a
 * browser worker and in a Node worker thread. Documents go in as plain objects, results come back as plain JSON and typed
 * columns; failures are values, never rejections, so that they cross the thread border with their fields.
 */
import type { ConfigProblem } from '../../src/core/check.ts';
import type { ComparisonReport } from '../compare/comparison-report.ts';
import type { OverTime } from '../metrics/over-time.ts';
import type { Report } from '../metrics/report.ts';
import type { RunHost } from './run-worker.ts';

/** How to run a job. */
export interface JobOptions {
  /** Chosen by the caller; names the job in `cancel` and in progress. */
  readonly jobId: string;
  /** Runs per fleet and workload: seeds `document.seed`, +1, +2 ... */
  readonly seeds: number;
  /** Step by step where false (default true: pure decode segments are one event). */
  readonly fastForward?: boolean;
  /** Text of trace files by the path that the document names. */
  readonly traces?: Readonly<Record<string, string>>;
}

/** Progress of a job; sent at least every 250 ms while it runs. */
export interface JobProgress<Partial> {
  readonly jobId: string;
  /** 0..1 over all runs of the job. */
  readonly done: number;
  readonly runsDone: number;
  readonly runsTotal: number;
  /** What is running, e.g. `A aggregated, chat, seed 2`. */
  readonly label: string;
  /** Result of the seeds that every fleet has finished so far; null before the first. */
  readonly partial: Partial | null;
}

export type ProgressSink<Partial> = (progress: JobProgress<Partial>) => void;

/**
 * Quantile curve of a metric, in ms: `ms[i]` is the quantile `(i + 0.5) / ms.length`, so that plotting
 * `(ms[i], (i + 0.5) / ms.length)` draws the cumulative distribution. Empty where nothing was observed.
 */
export interface QuantileCurve {
  readonly ms: Float64Array;
  /** Observations behind it. */
  readonly n: number;
}

/** Curves of one fleet under one workload, pooled over seeds. */
export interface FleetCurves {
  readonly workload: string;
  readonly fleet: string;
  readonly ttft: QuantileCurve;
  readonly itl: QuantileCurve;
  readonly e2e: QuantileCurve;
  /** Null where nothing has ended. */
  readonly overTime: OverTime | null;
}

export interface ComparisonResult {
  readonly report: ComparisonReport;
  readonly curves: readonly FleetCurves[];
}

export interface ScenarioResult {
  readonly report: Report;
  readonly curves: FleetCurves;
}

/** How a job ended. */
export type JobOutcome<Result> =
  | { readonly status: 'done'; readonly result: Result }
  /** `partial`: the seeds that were complete by then. */
  | { readonly status: 'cancelled'; readonly partial: Result | null }
  /** The document is not valid; nothing, or not everything, was run. */
  | { readonly status: 'invalid'; readonly problems: readonly ConfigProblem[] }
  /** A defect of ours. */
  | { readonly status: 'failed'; readonly message: string };

/** The worker as the page sees it (wrapped by comlink, every method returns a promise). */
export interface SimulationWorker {
  /** Digest of the simulator's version, for a handshake and for cache keys. */
  engineDigest(): string;
  /** Runs every fleet of a comparison document under each of its workloads and seeds. */
  runComparison(
    document: unknown,
    options: JobOptions,
    onProgress: ProgressSink<ComparisonResult>,
  ): Promise<JobOutcome<ComparisonResult>>;
  /** Runs one scenario document. */
  runScenario(
    document: unknown,
    options: JobOptions,
    onProgress: ProgressSink<ScenarioResult>,
  ): Promise<JobOutcome<ScenarioResult>>;
  /** Ends a job at its next pause (within 100 ms); false when no such job runs. */
  cancel(jobId: string): boolean;
}

/** What the worker needs from its surroundings: a monotonic clock in ms, and a pause that lets messages in. */
export type WorkerHost = Pick<RunHost, 'nowMs' | 'pause'>;
