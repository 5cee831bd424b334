/** A calibration fitted to measurements: a chunk of the worker that is loaded when it is asked for. */
import { calibrate, type MeasurementFile } from '../../sim/calibrate/calibrate.ts';
import type { FitPoint } from '../../sim/calibrate/fit-overhead.ts';
import type { MeasuredDeployment } from '../../sim/calibrate/measured-run.ts';
import type { FittedCalibration } from '../../sim/scenario/schema.ts';
import type { JobOutcome, ProgressSink } from '../../sim/worker/api.ts';
import { ConfigError } from '../../src/core/check.ts';

export interface CalibrationInput {
  readonly name: string;
  readonly files: readonly MeasurementFile[];
  readonly deployment: MeasuredDeployment;
}

/** Median absolute error of one figure in percent; null where it is not known. */
export interface CalibrationError {
  readonly metric: string;
  readonly n: number;
  readonly builtinPct: number | null;
  readonly fittedPct: number;
  /** Of runs predicted by a fit to the others; null with a single run. */
  readonly crossValidatedPct: number | null;
}

export interface CalibrationFit {
  readonly calibration: FittedCalibration;
  readonly runs: number;
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  readonly errors: readonly CalibrationError[];
  readonly points: readonly FitPoint[];
}

/** Runs between two messages. */
const RUNS_PER_MESSAGE = 10;

/** Fits in one go: to stop it, end the worker. Progress counts simulated runs; how many there will be is not known. */
export function calibrated(
  { name, files, deployment }: CalibrationInput,
  jobId: string,
  onProgress: ProgressSink<CalibrationFit>,
): JobOutcome<CalibrationFit> {
  try {
    const result = calibrate({
      ...{ files, deployment },
      options: {
        ...{ name, seed: 1 },
        onProgress: (runsDone) => {
          if (runsDone % RUNS_PER_MESSAGE !== 0) return;
          onProgress({ jobId, done: 0, runsDone, runsTotal: 0, label: '', partial: null });
        },
      },
    });
    const errors = [...result.fitted].map(([metric, { n, medianPct }]) => ({
      ...{ metric, n, fittedPct: medianPct },
      builtinPct: result.builtin.get(metric)?.medianPct ?? null,
      crossValidatedPct: result.crossValidated?.get(metric)?.medianPct ?? null,
    }));
    const { calibration, cases, skipped, points } = result;
    return { status: 'done', result: { calibration, runs: cases.length, skipped, errors, points } };
  } catch (error) {
    if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
    return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
