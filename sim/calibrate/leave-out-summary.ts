/** The figures of a leave-out that are kept: errors by group, and how far each number moves. */
import { OVERHEAD, type OverheadConstants } from '../../models/coefficients/framework-overhead.ts';
import type { CaseReport } from '../validate/validate.ts';
import { type MetricError, medianErrors } from './case-loss.ts';
import type { LeaveOut, LeaveOutResult } from './leave-out.ts';

/** Metrics shown. */
const METRICS = ['tpotMs.mean', 'ttftMs.mean', 'e2eMs.mean'] as const;

/** Errors of one group: as built in, and as predicted without it. */
export interface LeaveOutGroup {
  readonly group: string;
  readonly cases: number;
  readonly builtin: Readonly<Record<string, MetricError>>;
  readonly leftOut: Readonly<Record<string, MetricError>>;
}

/** All of it, with the rows of its table. */
export interface LeaveOutSummary {
  readonly by: LeaveOut;
  readonly groups: readonly LeaveOutGroup[];
  readonly constants: Readonly<Record<string, { builtin: number; all: number; least: number; most: number }>>;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly constantRows: readonly (readonly string[])[];
}

/** Sums up; the first two groups are tier 1 and all. */
export function leaveOutSummary(result: LeaveOutResult): LeaveOutSummary {
  const { by } = result;
  const apart = result.leftOut.flatMap((one) => one.reports);
  const isFirst = (report: CaseReport): boolean => report.tier === 1;
  const groups = [
    groupOf('tier 1', result.builtin.filter(isFirst), apart.filter(isFirst)),
    groupOf('all', result.builtin, apart),
    ...result.leftOut.map(({ group, reports }) =>
      groupOf(
        group,
        result.builtin.filter((report) => report[by] === group),
        reports,
      ),
    ),
  ];
  const names = Object.keys(OVERHEAD) as (keyof OverheadConstants)[];
  const constants = Object.fromEntries(
    names.map((name) => {
      const own = result.leftOut.map((one) => one.constants[name]);
      const [least, most] = [Math.min(...own), Math.max(...own)];
      return [name, { builtin: OVERHEAD[name], all: result.all[name], least, most }];
    }),
  );
  const shown = (error: MetricError | undefined): string =>
    error === undefined ? '-' : error.medianPct.toFixed(1);
  const figure = (value: number): string => String(Number(value.toPrecision(3)));
  return {
    by,
    groups,
    constants,
    header: [by, 'cases', ...METRICS.flatMap((metric) => [`${metric} built-in`, 'left out'])],
    rows: groups.map((g) => [
      g.group,
      String(g.cases),
      ...METRICS.flatMap((metric) => [shown(g.builtin[metric]), shown(g.leftOut[metric])]),
    ]),
    constantRows: names.map((name) => {
      const c = constants[name]!;
      return [name, figure(c.builtin), figure(c.all), `${figure(c.least)} to ${figure(c.most)}`];
    }),
  };
}

function groupOf(
  group: string,
  builtin: readonly CaseReport[],
  leftOut: readonly CaseReport[],
): LeaveOutGroup {
  const some = (reports: readonly CaseReport[]): Record<string, MetricError> => {
    const errors = medianErrors(reports);
    return Object.fromEntries(
      METRICS.flatMap((metric) => {
        const error = errors.get(metric);
        return error === undefined ? [] : [[metric, error]];
      }),
    );
  };
  return { group, cases: builtin.length, builtin: some(builtin), leftOut: some(leftOut) };
}
