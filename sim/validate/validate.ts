/**
 * Predicts measured cases and compares: points per case, errors in percent, and the naive formula beside
 * them.
 */

import { OVERHEAD, type OverheadConstants } from '../../models/coefficients/framework-overhead.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { Correction } from '../latency/calibration.ts';
import { withoutCorrections } from '../latency/fitted.ts';
import type { CalibrationSpec } from '../scenario/schema.ts';
import type { Measured, MeasuredCase, MeasuredStats } from './case.ts';
import { caseCalibration } from './case-calibration.ts';
import type { ReadCaseFile } from './case-files.ts';
import { caseFleet } from './case-fleet.ts';
import { type NaivePrediction, naive } from './naive.ts';
import { type Observed, statistic } from './observed.ts';
import { type CaseRun, runCase } from './run-case.ts';
import { CaseSkipped } from './skip.ts';

/** One measured figure and its prediction. */
export interface Point {
  /** Index of the stage, or null for the whole run. */
  readonly stage: number | null;
  /** e.g. `ttftMs.mean`, `outputTokensPerS`. */
  readonly metric: string;
  readonly measured: number;
  readonly predicted: number;
  /** 100 (predicted - measured) / measured. */
  readonly errorPct: number;
  /** The same for the three-parameter formula; null where it predicts nothing. */
  readonly naivePct: number | null;
}

/** A predicted case. */
export interface CaseReport {
  readonly id: string;
  readonly family: string;
  readonly tier: number;
  readonly gpu: string;
  readonly model: string;
  readonly engine: string;
  readonly workload: string;
  readonly disaggregated: boolean;
  readonly extrapolated: boolean;
  readonly points: readonly Point[];
}

/** A case that was not predicted. */
export interface SkippedCase {
  readonly id: string;
  readonly reason: string;
}

/** What to predict with; by default the built-in calibration of each case. */
export interface ValidateOptions {
  readonly calibration?: CalibrationSpec;
  /** Numbers in place of the built-in ones. */
  readonly constants?: OverheadConstants;
  /** Corrections to leave out. */
  readonly without?: readonly Correction[];
}

/** Predicts one case. */
export function validateCase(
  measured: MeasuredCase,
  readFile: ReadCaseFile,
  seed: number,
  options: ValidateOptions = {},
): CaseReport | SkippedCase {
  const { id } = measured;
  if (measured.usable === false) return { id, reason: 'marked unusable in the file' };
  try {
    const { constants = OVERHEAD, without = [] } = options;
    const own = options.calibration ?? withoutCorrections(caseCalibration(measured, constants), without);
    const serverUs = without.includes('front-end') ? 0 : constants.serverUs;
    const run = runCase(measured, readFile, seed, own, serverUs);
    const points = comparePoints(measured, run);
    if (points.length === 0) return { id, reason: 'none of its measured metrics is predicted' };
    const pool = run.fleet.pools[0]!;
    return {
      id,
      family: measured.family,
      tier: measured.tier,
      gpu: pool.gpu.id,
      model: pool.model.id,
      engine: `${pool.engineName}@${pool.engine.version}`,
      workload: measured.workload.name ?? measured.workload.arrival.process,
      disaggregated: run.fleet.pools.length > 1,
      extrapolated: run.fleet.pools.some((p) => p.stepModel.provenance.extrapolated),
      points,
    };
  } catch (error) {
    if (error instanceof CaseSkipped || error instanceof ConfigError) return { id, reason: error.message };
    throw error;
  }
}

/**
 * Summary of the run and, where there are several, its stages. Repeats of one load are pooled in the summary.
 */
function comparePoints(measured: MeasuredCase, run: CaseRun): Point[] {
  const { summary, stages = [] } = measured.measured;
  const points: Point[] = [];
  const hasSummary = summary !== null && summary !== undefined;
  if (hasSummary) {
    points.push(...pointsOf(null, summary, run.whole, naiveOf(measured, run, run.whole, 0), null));
  }
  for (const [i, stage] of stages.entries()) {
    const index = stage.index ?? i;
    const observed = run.stages[index];
    if (observed === undefined || observed.completed === 0 || stage.repeat === true) continue;
    if (hasSummary && stages.length === 1) continue;
    points.push(
      ...pointsOf(
        index,
        stage,
        observed,
        naiveOf(measured, run, observed, index),
        measured.workload.stages[index]?.osl,
      ),
    );
  }
  return points;
}

const TIMES = [
  ['ttft_ms', 'ttftMs'],
  ['tpot_engine_ms', 'tpotMs'],
  ['e2e_ms', 'e2eMs'],
] as const;
const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99'];

function pointsOf(
  stage: number | null,
  measured: Measured,
  observed: Observed,
  straw: NaivePrediction | null,
  outputTokens: number | null | undefined,
): Point[] {
  const points: Point[] = [];
  const add = (
    metric: string,
    value: unknown,
    predicted: number | undefined,
    naiveValue: number | null,
  ): void => {
    if (typeof value !== 'number' || !(value > 0) || predicted === undefined) return;
    const errorPct = (100 * (predicted - value)) / value;
    const naivePct = naiveValue === null ? null : (100 * (naiveValue - value)) / value;
    points.push({ stage, metric, measured: value, predicted, errorPct, naivePct });
  };
  for (const [field, metric] of TIMES) {
    const stats = measured[field];
    if (stats === undefined || (metric === 'tpotMs' && cameInLumps(measured))) continue;
    if (metric === 'e2eMs' && isNominal(stats)) {
      const nominal = nominalE2eMs(observed, outputTokens);
      add('e2eMs.mean', stats['mean'], nominal, straw?.e2eMs ?? null);
      continue;
    }
    for (const name of STATISTICS) {
      const isCentral = name === 'mean' || name === 'p50';
      add(
        `${metric}.${name}`,
        stats[name],
        statistic(observed[metric], name),
        isCentral ? (straw?.[metric] ?? null) : null,
      );
    }
  }
  const perSecond = observed.durationS > 0 ? 1 / observed.durationS : Number.NaN;
  add(
    'outputTokensPerS',
    measured.output_tok_s,
    observed.outputTokens * perSecond,
    straw?.outputTokensPerS ?? null,
  );
  add('requestsPerS', measured.request_throughput, observed.completed * perSecond, null);
  return points.filter((point) => Number.isFinite(point.errorPct));
}

/**
 * True when the client saw at least every second token arrive together with the one before: a server that
 * streams in chunks, or a reasoning part that it did not count. Its time per token is no time per token.
 */
function cameInLumps(measured: Measured): boolean {
  return measured.itl_ms?.['p50'] === 0;
}

/** Some files derive the mean E2E from the requested output length, though answers were shorter. */
function isNominal(stats: MeasuredStats): boolean {
  return String(stats['how'] ?? '').includes('requested osl');
}

/** The same derivation from predicted means. */
function nominalE2eMs(observed: Observed, outputTokens: number | null | undefined): number | undefined {
  const ttftMs = statistic(observed.ttftMs, 'mean');
  const tpotMs = statistic(observed.tpotMs, 'mean');
  if (ttftMs === undefined || tpotMs === undefined || outputTokens == null) return undefined;
  return ttftMs + tpotMs * (outputTokens - 1);
}

function naiveOf(
  measured: MeasuredCase,
  run: CaseRun,
  observed: Observed,
  index: number,
): NaivePrediction | null {
  const pool = run.fleet.pools.find((p) => p.role !== 'prefill')!;
  const spec = caseFleet(measured).pools.find((p) => p.role !== 'prefill')!;
  const stage = measured.workload.stages[index] ?? measured.workload.stages[0];
  if (stage === undefined || observed.completed === 0) return null;
  const concurrency = stage.concurrency ?? stage.batch ?? measured.workload.closed_loop_concurrency ?? null;
  const isBurst = measured.workload.arrival.process === 'burst' && concurrency === null;
  const rateRps = concurrency === null && !isBurst ? (stage.rate ?? null) : null;
  return naive(
    {
      pool,
      weights: spec.precision?.weights ?? pool.model.nativePrecision,
      tp: spec.parallel?.tp ?? 1,
    },
    {
      inputTokens: run.meanInputTokens,
      outputTokens: observed.outputTokens / observed.completed,
      rateRps,
      concurrency: rateRps === null ? (concurrency ?? stage.num_requests ?? null) : null,
    },
  );
}
