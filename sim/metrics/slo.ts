/**
 * What an SLO asks of a single request, and of the whole.
 *
 * Limits on `max` and on quantiles from p90 up also bind single requests: TTFT and E2E directly, TPOT and ITL through the
 * request's mean time per output token. Limits on the mean and on lower quantiles describe the distribution only. Where a
 * metric has several binding limits the smallest counts. `attainment` is the share of requests within all of them; a
 * request that was rejected, failed, cancelled or expired is not.
 *
 * A class may have limits of its own: they are held against its distributions, and in place of the SLO's for its requests.
 */
import type { SloSpec } from '../scenario/schema.ts';

/** Metrics that an SLO can limit. */
export const SLO_METRICS = ['ttftMs', 'itlMs', 'tpotMs', 'e2eMs'] as const;
export type SloMetric = (typeof SLO_METRICS)[number];

/** Lowest quantile whose limit binds single requests. */
const BINDING_QUANTILE = 0.9;
/** Attainment asked for where the SLO does not say. */
const DEFAULT_ATTAINMENT = 0.95;

/** Limits for one request, µs; Infinity where there is none. */
export interface RequestLimits {
  readonly ttftUs: number;
  readonly tpotUs: number;
  readonly e2eUs: number;
}

/** One limit on a distribution. */
export interface SloLimit {
  readonly metric: SloMetric;
  /** `mean`, `max` or e.g. `p95`. */
  readonly statistic: string;
  readonly limitMs: number;
}

/** All limits in a fixed order: by metric, then by statistic. */
export function sloLimits(slo: Omit<SloSpec, 'classes'> | undefined): SloLimit[] {
  const limits: SloLimit[] = [];
  for (const metric of SLO_METRICS) {
    const byStatistic = slo?.[metric] ?? {};
    for (const statistic of Object.keys(byStatistic).sort()) {
      limits.push({ metric, statistic, limitMs: byStatistic[statistic]! });
    }
  }
  return limits;
}

/** Quantile in 0..1 that a statistic such as `p99.9` names (`max` is 1); null for the mean. */
export function quantileOf(statistic: string): number | null {
  if (statistic === 'max') return 1;
  return statistic === 'mean' ? null : Number(statistic.slice(1)) / 100;
}

/** Limits that each request is held against. */
export function requestLimits(slo: SloSpec | undefined): RequestLimits {
  const tightestUs = (...metrics: SloMetric[]): number =>
    sloLimits(slo)
      .filter((limit) => metrics.includes(limit.metric) && isBinding(limit))
      .reduce((tightest, limit) => Math.min(tightest, limit.limitMs * 1e3), Number.POSITIVE_INFINITY);
  return { ttftUs: tightestUs('ttftMs'), tpotUs: tightestUs('tpotMs', 'itlMs'), e2eUs: tightestUs('e2eMs') };
}

/** Limits that each request of a class is held against: its own where it has them, else the SLO's. */
export function classLimits(slo: SloSpec | undefined, name: string): RequestLimits {
  const own = slo?.classes?.[name];
  if (own === undefined) return requestLimits(slo);
  const { itlMs, ...rest } = slo!;
  // The pace of a request has one limit: the class's where it gives one.
  return requestLimits({
    ...rest,
    ...(own.tpotMs === undefined && itlMs !== undefined ? { itlMs } : {}),
    ...own,
  });
}

/** For each limit the loosest of the SLO and its classes: what breaks one of these is late, whatever its class. */
export function loosestLimits(slo: SloSpec): RequestLimits {
  const all = [requestLimits(slo), ...Object.keys(slo.classes ?? {}).map((name) => classLimits(slo, name))];
  return {
    ttftUs: Math.max(...all.map((one) => one.ttftUs)),
    tpotUs: Math.max(...all.map((one) => one.tpotUs)),
    e2eUs: Math.max(...all.map((one) => one.e2eUs)),
  };
}

/** Whether any limit is given, of the whole or of a class. */
export function hasLimits(slo: SloSpec | undefined): boolean {
  return [slo, ...Object.values(slo?.classes ?? {})].some((one) => sloLimits(one).length > 0);
}

/** Whether a checked figure must be at least its limit: shares of requests. All others must be at most. */
export function isFloor(metric: string): boolean {
  return metric.endsWith('.attainment');
}

/**
 * Share of requests that must be within every limit: as the SLO says, else 95 %, or the lowest binding quantile where that
 * is less ({p90: 1000} asks for 90 %). Null without any limit.
 */
export function requiredAttainment(slo: SloSpec | undefined): number | null {
  const limits = sloLimits(slo);
  if (slo?.attainment !== undefined) return slo.attainment;
  if (!hasLimits(slo)) return null;
  return limits
    .filter(isBinding)
    .reduce((least, limit) => Math.min(least, quantileOf(limit.statistic)!), DEFAULT_ATTAINMENT);
}

function isBinding(limit: SloLimit): boolean {
  const quantile = quantileOf(limit.statistic);
  return quantile !== null && quantile >= BINDING_QUANTILE;
}
