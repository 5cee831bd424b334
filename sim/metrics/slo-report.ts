/**
 * Holds figures against an SLO. With intervals over seeds a limit is met when the whole interval is within it, failed when
 * the whole interval is beyond it, and cannot be told in between; with one seed the value itself decides.
 */
import type { SloSpec } from '../scenario/schema.ts';
import type { Interval, Report, SloCheck, SloVerdict } from './report.ts';
import type { QuantileSketch } from './sketch.ts';
import { isFloor, quantileOf, requiredAttainment, type SloMetric, sloLimits } from './slo.ts';

/** What is held against the limits. */
export interface SloFigures {
  readonly sketches: Readonly<Record<SloMetric, QuantileSketch>>;
  readonly attainment: number | null;
  readonly goodputRps: number;
  readonly classes: readonly ClassFigures[];
}

/** Figures of one request class. */
export interface ClassFigures {
  readonly name: string;
  readonly sketches: Readonly<Record<'ttftMs' | 'tpotMs' | 'e2eMs', QuantileSketch>>;
  readonly attainment: number | null;
}

/** The `slo` part of a report. `intervals`: of each check's value over seeds, in the order of checks; empty with one seed. */
export function sloReport(
  slo: SloSpec | undefined,
  figures: SloFigures,
  intervals: readonly (Interval | null)[],
): Report['slo'] {
  const required = requiredAttainment(slo);
  if (required === null) return { attainment: null, goodputRps: null, verdict: 'none', checks: [] };
  const checks: SloCheck[] = sloLimits(slo).map(({ metric, statistic, limitMs }, i) => {
    const value = statisticMs(figures.sketches[metric], statistic);
    const verdict = verdictOf(value, limitMs, 'atMost', intervals[i]);
    return { metric: `${metric}.${statistic}`, limit: limitMs, value, verdict };
  });
  checks.push({
    metric: 'slo.attainment',
    limit: required,
    value: figures.attainment,
    verdict: verdictOf(figures.attainment, required, 'atLeast', intervals[checks.length]),
  });
  for (const check of classChecks(slo, figures.classes)) {
    const direction = isFloor(check.metric) ? 'atLeast' : 'atMost';
    checks.push({
      ...check,
      verdict: verdictOf(check.value, check.limit, direction, intervals[checks.length]),
    });
  }
  return {
    attainment: figures.attainment,
    goodputRps: figures.goodputRps,
    verdict: overall(checks),
    checks,
  };
}

/** Limits of classes in the order of the SLO; a class without requests has no values. */
function classChecks(
  slo: SloSpec | undefined,
  classes: readonly ClassFigures[],
): Omit<SloCheck, 'verdict'>[] {
  return Object.entries(slo?.classes ?? {}).flatMap(([name, own]) => {
    const figures = classes.find((one) => one.name === name);
    const limits = sloLimits(own).map(({ metric, statistic, limitMs }) => ({
      metric: `classes.${name}.${metric}.${statistic}`,
      limit: limitMs,
      value:
        figures === undefined || metric === 'itlMs' ? null : statisticMs(figures.sketches[metric], statistic),
    }));
    if (own.attainment === undefined) return limits;
    const metric = `classes.${name}.attainment`;
    return [...limits, { metric, limit: own.attainment, value: figures?.attainment ?? null }];
  });
}

/** Why requests can all be within the SLO while a limit on ITL is not kept. */
export function pooledItlNotes(slo: SloSpec | undefined, figures: SloFigures): string[] {
  const required = requiredAttainment(slo);
  if (required === null || (figures.attainment ?? 0) < required) return [];
  const late = sloLimits(slo).filter(
    ({ metric, statistic, limitMs }) =>
      metric === 'itlMs' && (statisticMs(figures.sketches.itlMs, statistic) ?? 0) > limitMs,
  );
  return late.map(
    ({ statistic }) =>
      `ITL ${statistic} is over all gaps between tokens, pooled; a request counts as within the SLO by its mean time per ` +
      'token. Some gaps are long (steps with prompts in them) while requests as a whole keep their pace',
  );
}

function statisticMs(sketch: QuantileSketch, statistic: string): number | null {
  const quantile = quantileOf(statistic);
  const us = quantile === null ? sketch.mean : sketch.quantile(quantile);
  return us === null ? null : us / 1e3;
}

/** Whether a value, or its interval where there is one, keeps a limit. */
export function verdictOf(
  value: number | null,
  limit: number,
  direction: 'atMost' | 'atLeast',
  interval: Interval | null | undefined,
): SloCheck['verdict'] {
  if (value === null) return 'cannotTell';
  const low = interval?.low ?? value;
  const high = interval?.high ?? value;
  const worst = direction === 'atMost' ? high - limit : limit - low;
  const best = direction === 'atMost' ? low - limit : limit - high;
  if (worst <= 0) return 'meets';
  return best > 0 ? 'fails' : 'cannotTell';
}

function overall(checks: readonly SloCheck[]): SloVerdict {
  if (checks.some((check) => check.verdict === 'fails')) return 'fails';
  return checks.some((check) => check.verdict === 'cannotTell') ? 'cannotTell' : 'meets';
}
