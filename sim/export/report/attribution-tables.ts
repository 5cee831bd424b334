/** Where the time goes, as tables: one row per cohort, one column per phase that takes any. */
import type { Attribution, CohortReport } from '../../metrics/attribution.ts';
import { fixed, formatFigure } from '../../metrics/format-figure.ts';
import type { Phase } from '../../metrics/phases.ts';
import type { Table } from './table.ts';

const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  retry: 'lost tries',
  flowControl: 'router',
  frontEnd: 'front end',
  queue: 'queue',
  prefill: 'prefill',
  transfer: 'KV transfer',
  decodeWait: 'decode wait',
  preemption: 'preempted',
  decode: 'decode',
};

/** Shares below this, of every cohort, are not worth a column. */
const LEAST_SHARE = 0.0005;

/** TTFT and E2E by cohort; nothing where no request was completed. */
export function attributionTables({ phases, ttftMs, e2eMs }: Attribution): Table[] {
  if (e2eMs.length === 0) return [];
  return [
    cohortTable('Where TTFT goes (mean of requests between two percentiles of TTFT)', phases, ttftMs),
    cohortTable('Where E2E goes (mean of requests between two percentiles of E2E)', phases, e2eMs),
  ];
}

function cohortTable(title: string, phases: readonly Phase[], cohorts: readonly CohortReport[]): Table {
  const shown = phases.filter((phase) => cohorts.some((one) => one.parts[phase] > LEAST_SHARE * one.meanMs));
  return {
    title,
    header: ['requests', 'mean', ...shown.map((phase) => PHASE_WORDS[phase])],
    rows: cohorts.map(({ band, meanMs, parts }) => [
      band.replace('-', ' to '),
      formatFigure(meanMs, 'ms'),
      ...shown.map((phase) => `${formatFigure(parts[phase], 'ms')} ${share(parts[phase], meanMs)}`),
    ]),
  };
}

function share(partMs: number, wholeMs: number): string {
  return `${fixed(wholeMs > 0 ? (partMs / wholeMs) * 100 : 0, 0)} %`.padStart(5);
}
