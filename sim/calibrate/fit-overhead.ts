/**
 * Fits what an engine build adds to the kernels' time to measured runs of it, and says how well it predicts
 * runs that it was not fitted to: each run (or each of five groups of runs) is predicted by a fit to all
 * others. Pure, so that it runs in a browser too.
 */

import { LLMS } from '../../models/llms.ts';
import { ConfigError } from '../../src/core/check.ts';
import { findCalibration } from '../latency/calibrations.ts';
import type { FittedCalibration } from '../scenario/schema.ts';
import type { MeasuredCase } from '../validate/case.ts';
import type { ReadCaseFile } from '../validate/case-files.ts';
import { caseModel } from '../validate/case-names.ts';
import { engineVersion } from '../validate/engine-version.ts';
import { type CaseReport, type Point, type SkippedCase, validateCase } from '../validate/validate.ts';
import { caseLoss, fittedPoints, type MetricError, medianErrors } from './case-loss.ts';
import { type Axis, climb } from './climb.ts';

/**
 * Numbers that a fit may change, with candidates, most doubtful first: kernels were measured, the host was
 * not. Times in µs.
 */
const AXES = [
  { name: 'hostBaseUs', values: [0, 100, 200, 350, 500, 700, 1000, 1400, 2000, 2800, 4000, 6000, 8000] },
  { name: 'hostPerSequenceUs', values: [0, 5, 10, 20, 30, 45, 65, 90, 130, 180, 260, 360, 500] },
  { name: 'promptLayerUs', values: [0, 75, 150, 300, 450, 600, 800, 1000, 1300, 1700, 2200] },
  { name: 'frontEndUs', values: [0, 1e3, 2e3, 3e3, 5e3, 7e3, 1e4, 15e3, 2e4, 3e4, 45e3, 65e3, 1e5, 15e4] },
  { name: 'frontEndPerTokenUs', values: [0, 0.5, 1, 2, 3.5, 5, 7, 10] },
  {
    name: 'gpuFactor',
    values: [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 1.8],
  },
] as const satisfies readonly Axis[];

/** Most folds of a cross-validation. */
const FOLDS = 5;
/** Up to so many runs each is a fold of its own. */
const SINGLES = 8;

/** Errors before and after. */
export interface FitReport {
  readonly calibration: FittedCalibration;
  /** Runs fitted to, by id, and those that could not be predicted. */
  readonly cases: readonly string[];
  readonly skipped: readonly SkippedCase[];
  /** Median of the absolute error by metric: built-in calibration, fit, and fit to other runs (null: one run). */
  readonly builtin: ReadonlyMap<string, MetricError>;
  readonly fitted: ReadonlyMap<string, MetricError>;
  readonly crossValidated: ReadonlyMap<string, MetricError> | null;
  /** Every measured value that counted, beside what was simulated for it. */
  readonly points: readonly FitPoint[];
}

/** A measured value; ms. */
export interface FitPoint {
  readonly run: string;
  /** e.g. `ttftMs.mean`. */
  readonly metric: string;
  readonly measured: number;
  readonly builtin: number;
  readonly fitted: number;
  /** By a fit to other runs; null with a single run. */
  readonly crossValidated: number | null;
}

/** What a fit is called and starts from. */
export interface FitOptions {
  readonly name: string;
  readonly seed: number;
  /** Factors on kernels that a table of timings gave; the fit then leaves the GPU's time alone. */
  readonly kernels?: FittedCalibration['kernels'];
  /** Called after each simulated run. */
  readonly onProgress?: (simulated: number) => void;
}

/**
 * Fits to measured runs of one engine build; throws ConfigError when none of them can be predicted, or when
 * they are of several engines.
 */
export function fitOverhead(
  cases: readonly MeasuredCase[],
  readFile: ReadCaseFile,
  options: FitOptions,
): FitReport {
  checkOneEngine(cases);
  const simulate = simulator(readFile, options);
  const skipped: SkippedCase[] = [];
  const usable: MeasuredCase[] = [];
  const builtin: CaseReport[] = [];
  for (const measured of cases) {
    const result = validateCase(measured, readFile, options.seed);
    if ('reason' in result) skipped.push(result);
    else if (caseLoss(result) === null) skipped.push({ id: result.id, reason: 'no TTFT, TPOT or E2E' });
    else {
      usable.push(measured);
      builtin.push(result);
    }
  }
  if (usable.length === 0) {
    throw new ConfigError({
      path: '',
      found: `no run that can be predicted (${skipped[0] === undefined ? 'none given' : skipped[0].reason})`,
      expected: 'at least one measured run with TTFT, TPOT or E2E',
    });
  }
  const axes = AXES.filter((axis) => options.kernels === undefined || axis.name !== 'gpuFactor');
  const start = startOf(usable[0]!, axes);
  const fitTo = (some: readonly MeasuredCase[]): readonly number[] =>
    climb(axes, start, (values) => meanLoss(some.map((c) => simulate(c, specOf(axes, values, options)))))
      .values;
  const values = fitTo(usable);
  const folds = foldsOf(usable);
  const crossValidated = folds.flatMap((fold) => {
    const own = fitTo(usable.filter((c) => !fold.includes(c)));
    return fold.map((c) => simulate(c, specOf(axes, own, options)));
  });
  const fitted = usable.map((c) => simulate(c, specOf(axes, values, options)));
  const errors = {
    builtin: medianErrors(builtin),
    fitted: medianErrors(fitted),
    crossValidated: folds.length === 0 ? null : medianErrors(crossValidated),
  };
  const spec = specOf(axes, values, options);
  return {
    calibration: { ...spec, fit: evidenceOf(usable, errors) },
    cases: usable.map((c) => c.id),
    skipped,
    ...errors,
    points: pointsOf(builtin, fitted, crossValidated),
  };
}

/** The reports of the same runs side by side. */
function pointsOf(
  builtin: readonly CaseReport[],
  fitted: readonly CaseReport[],
  crossValidated: readonly CaseReport[],
): FitPoint[] {
  const predictedBy = (reports: readonly CaseReport[], id: string, point: Point): number | null =>
    reports
      .find((report) => report.id === id)
      ?.points.find(({ metric, stage }) => metric === point.metric && stage === point.stage)?.predicted ??
    null;
  return fitted.flatMap((report) =>
    fittedPoints(report).flatMap((point) => {
      const before = predictedBy(builtin, report.id, point);
      if (before === null) return [];
      const { metric, measured, predicted } = point;
      return [
        {
          ...{ run: report.id, metric, measured, builtin: before, fitted: predicted },
          crossValidated: predictedBy(crossValidated, report.id, point),
        },
      ];
    }),
  );
}

/** Simulates with a cache: folds ask for the same points again and again. */
function simulator(
  readFile: ReadCaseFile,
  options: FitOptions,
): (measured: MeasuredCase, spec: FittedCalibration) => CaseReport {
  const known = new Map<string, CaseReport>();
  return (measured, spec) => {
    const key = `${measured.id}\n${JSON.stringify(spec)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const result = validateCase(measured, readFile, options.seed, { calibration: spec });
    if ('reason' in result)
      throw new ConfigError({ path: measured.id, found: result.reason, expected: 'a run' });
    known.set(key, result);
    options.onProgress?.(known.size);
    return result;
  };
}

function meanLoss(reports: readonly CaseReport[]): number {
  return reports.reduce((sum, report) => sum + (caseLoss(report) ?? 0), 0) / reports.length;
}

function specOf(axes: readonly Axis[], values: readonly number[], options: FitOptions): FittedCalibration {
  const of = Object.fromEntries(axes.map((axis, i) => [axis.name, values[i]!]));
  const { gpuFactor: factor, ...times } = of;
  const kernels =
    factor === undefined
      ? options.kernels
      : { gemm: factor, attention: factor, experts: factor, collectives: factor };
  return {
    kind: 'fitted',
    name: options.name,
    firstTokenLagSteps: 0,
    ...times,
    ...(kernels === undefined ? {} : { kernels }),
  };
}

/** The built-in numbers of the runs' engine. */
function startOf(measured: MeasuredCase, axes: readonly Axis[]): number[] {
  const engine = { name: measured.engine.name, version: engineVersion(measured) };
  const own = findCalibration('builtin', engine, 'engine');
  const isMoe = LLMS.find((llm) => llm.id === caseModel(measured))?.moe !== undefined;
  const host = isMoe ? own.moe : own.dense;
  const start: Record<string, number> = {
    gpuFactor: 1,
    hostBaseUs: host.baseUs,
    hostPerSequenceUs: host.perSequenceUs,
    promptLayerUs: isMoe ? own.promptMoeLayerUs : own.promptLayerUs,
    frontEndUs: own.frontEndUs,
    frontEndPerTokenUs: own.frontEndPerTokenUs,
  };
  return axes.map((axis) => start[axis.name]!);
}

/** Runs that are left out together; none where there is a single run. */
function foldsOf(cases: readonly MeasuredCase[]): MeasuredCase[][] {
  if (cases.length < 2) return [];
  if (cases.length <= SINGLES) return cases.map((c) => [c]);
  return Array.from({ length: FOLDS }, (_, fold) => cases.filter((_c, i) => i % FOLDS === fold));
}

function checkOneEngine(cases: readonly MeasuredCase[]): void {
  const engines = [...new Set(cases.map((c) => c.engine.name))];
  if (engines.length <= 1) return;
  throw new ConfigError({
    path: '',
    found: `runs of ${engines.join(' and ')}`,
    expected: 'runs of one engine: a calibration is that of one build',
  });
}

function evidenceOf(
  cases: readonly MeasuredCase[],
  errors: Pick<FitReport, 'builtin' | 'fitted' | 'crossValidated'>,
): Record<string, unknown> {
  const plain = (of: ReadonlyMap<string, MetricError> | null): unknown =>
    of === null ? null : Object.fromEntries(of);
  const shown = errors.crossValidated ?? errors.fitted;
  const parts = [...shown].map(([metric, { medianPct }]) => `${metric} ${medianPct.toFixed(1)} %`);
  const how = errors.crossValidated === null ? 'in-sample (a single run)' : 'cross-validated';
  return {
    summary: `Fitted to ${cases.length} measured runs; median errors ${how}: ${parts.join(', ')}.`,
    cases: cases.map((c) => c.id),
    medianAbsoluteErrorPct: {
      builtin: plain(errors.builtin),
      fitted: plain(errors.fitted),
      crossValidated: plain(errors.crossValidated),
    },
  };
}
