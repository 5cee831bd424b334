/**
 * Do the built-in numbers hold for what they were not fitted to? All numbers of framework overhead are fitted
 * again without one model (or GPU) at a time, and its cases are predicted with that fit.
 */
import { OVERHEAD, type OverheadConstants } from '../../models/coefficients/framework-overhead.ts';
import { LLMS } from '../../models/llms.ts';
import type { MeasuredCase } from '../validate/case.ts';
import { caseCalibration } from '../validate/case-calibration.ts';
import type { ReadCaseFile } from '../validate/case-files.ts';
import { caseModel } from '../validate/case-names.ts';
import { type CaseReport, validateCase } from '../validate/validate.ts';
import { caseLoss } from './case-loss.ts';
import { type Axis, climb } from './climb.ts';

/** What is left out together. */
export type LeaveOut = 'model' | 'gpu';

/** Factors on the built-in value of each number. */
const FACTORS = [0.35, 0.5, 0.7, 1, 1.4, 2, 2.8];
const NAMES = Object.keys(OVERHEAD) as (keyof OverheadConstants)[];

/** One group left out. */
export interface LeftOut {
  readonly group: string;
  /** Its cases as predicted by the fit to all other groups. */
  readonly reports: readonly CaseReport[];
  /** That fit. */
  readonly constants: OverheadConstants;
}

/** A whole leave-out. */
export interface LeaveOutResult {
  readonly by: LeaveOut;
  /** Every case as the built-in numbers predict it. */
  readonly builtin: readonly CaseReport[];
  /** All numbers fitted to all cases. */
  readonly all: OverheadConstants;
  readonly leftOut: readonly LeftOut[];
}

/** Passes of each fit: numbers hardly depend on one another, and simulations are dear. */
const PASSES = 1;

/**
 * Fits without each group in turn, for one or more ways to group; all share their simulations. `onProgress` is
 * told what is being done.
 */
export function leaveOut(
  cases: readonly MeasuredCase[],
  readFile: ReadCaseFile,
  ways: readonly LeaveOut[],
  seed: number,
  onProgress: (text: string) => void,
): LeaveOutResult[] {
  const simulate = simulator(readFile, seed);
  const builtin = cases.flatMap((measured) => {
    const report = simulate(measured, OVERHEAD);
    return report === null ? [] : [{ measured, report }];
  });
  const usable = representatives(builtin.filter(({ report }) => caseLoss(report) !== null));
  const fitTo = (some: readonly { readonly measured: MeasuredCase }[]): OverheadConstants => {
    const start = NAMES.map((name) => OVERHEAD[name]);
    const lossOf = (candidate: readonly number[]): number => {
      const constants = constantsOf(candidate);
      let sum = 0;
      for (const { measured } of some) sum += caseLoss(simulate(measured, constants)!) ?? 0;
      return sum / some.length;
    };
    return constantsOf(climb(AXES, start, lossOf, PASSES).values);
  };
  onProgress('all cases');
  const all = fitTo(usable);
  return ways.map((by) => {
    const groups = [...new Set(builtin.map(({ report }) => report[by]))].sort();
    const leftOut = groups.map((group): LeftOut => {
      onProgress(`without ${by} ${group}`);
      const constants = fitTo(usable.filter(({ report }) => report[by] !== group));
      const own = builtin.filter(({ report }) => report[by] === group);
      return { group, constants, reports: own.map(({ measured }) => simulate(measured, constants)!) };
    });
    return { by, builtin: builtin.map(({ report }) => report), all, leftOut };
  });
}

/** Cases of one model, GPU and family that a fit sees at most: more of a kind add time, and weight to the kind. */
const MOST_OF_A_KIND = 2;

/** The first cases of each kind. */
function representatives<T extends { readonly report: CaseReport }>(cases: readonly T[]): T[] {
  const seen = new Map<string, number>();
  return cases.filter(({ report }) => {
    const kind = `${report.model}\n${report.gpu}\n${report.family}`;
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count <= MOST_OF_A_KIND;
  });
}

const AXES: readonly Axis[] = NAMES.map((name) => ({
  name,
  values: FACTORS.map((factor) => factor * OVERHEAD[name]),
}));

function constantsOf(values: readonly number[]): OverheadConstants {
  return Object.fromEntries(NAMES.map((name, i) => [name, values[i]!])) as unknown as OverheadConstants;
}

/** Simulates with a cache: most numbers do not concern most cases. */
function simulator(
  readFile: ReadCaseFile,
  seed: number,
): (measured: MeasuredCase, constants: OverheadConstants) => CaseReport | null {
  const known = new Map<string, CaseReport | null>();
  return (measured, constants) => {
    const key = keyOf(measured, constants);
    let report = known.get(key);
    if (report === undefined) {
      const serverUs = queues(measured) ? constants.serverUs : OVERHEAD.serverUs;
      const result = validateCase(measured, readFile, seed, { constants: { ...constants, serverUs } });
      report = 'reason' in result ? null : result;
      known.set(key, report);
    }
    return report;
  };
}

/** Arrivals that come together queue at the API server; elsewhere it is hardly busy and stays as built in. */
function queues(measured: MeasuredCase): boolean {
  return /^(burst|static_batch|closed_loop)/.test(measured.workload.arrival.process);
}

/** All that a case's prediction depends on among the constants. */
function keyOf(measured: MeasuredCase, constants: OverheadConstants): string {
  let model = '';
  try {
    model = caseModel(measured);
  } catch {
    return measured.id;
  }
  const own = caseCalibration(measured, constants);
  const isMoe = LLMS.find((llm) => llm.id === model)?.moe !== undefined;
  const { enforce_eager: eager } = measured.engine_args ?? {};
  // Families whose runs are taken for eager ones though their arguments do not say so.
  const isEager = eager === true || /ispass|splitwise/.test(measured.family);
  return JSON.stringify([
    measured.id,
    isMoe ? own.moe : own.dense,
    isMoe ? own.promptMoeLayerUs : own.promptLayerUs,
    isEager ? own.eagerLayerUs : 0,
    [own.firstTokenLagSteps, own.frontEndUs, own.frontEndPerTokenUs],
    queues(measured) ? constants.serverUs : 0,
  ]);
}
