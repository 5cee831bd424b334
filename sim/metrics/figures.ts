/**
 * The figures of a report that tables, assertions, intervals and charts may name: path, words, unit, and which direction
 * is the better one. Pools' figures are not here; they are shown by pool.
 */
import type { Report } from './report.ts';

/** How a figure is shown: ms below 1000, share as percent, the rest as is. */
export type FigureUnit =
  | 'ms'
  | 's'
  | 'share'
  | 'perS'
  | 'usdPerHour'
  | 'usdPerMTok'
  | 'kW'
  | 'joule'
  | 'kg'
  | 'count';

/** One figure. */
export interface Figure {
  /** Path in the report, e.g. `ttftMs.p95`. */
  readonly path: string;
  /** e.g. `TTFT p95`. */
  readonly label: string;
  readonly unit: FigureUnit;
  /** The better direction; null where neither is. */
  readonly better: 'lower' | 'higher' | null;
  /** Significant digits when no interval says more. */
  readonly digits: number;
}

const DISTRIBUTIONS: readonly (readonly [path: string, label: string])[] = [
  ['ttftMs', 'TTFT'],
  ['itlMs', 'ITL'],
  ['tpotMs', 'TPOT'],
  ['e2eMs', 'E2E'],
  ['queueMs', 'queue'],
  ['transferMs', 'KV transfer'],
];

const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const;

function figure(path: string, label: string, unit: FigureUnit, better: Figure['better'], digits = 3): Figure {
  return { path, label, unit, better, digits };
}

/** All figures, in the order in which tables show them. */
export const FIGURES: readonly Figure[] = [
  ...DISTRIBUTIONS.flatMap(([path, label]) =>
    STATISTICS.map((statistic) => figure(`${path}.${statistic}`, `${label} ${statistic}`, 'ms', 'lower')),
  ),
  figure('slo.attainment', 'within SLO', 'share', 'higher'),
  figure('slo.goodputRps', 'goodput', 'perS', 'higher'),
  figure('throughput.requestsPerS', 'requests', 'perS', 'higher'),
  figure('throughput.inputTokensPerS', 'input tokens', 'perS', 'higher', 4),
  figure('throughput.outputTokensPerS', 'output tokens', 'perS', 'higher', 4),
  figure('arrivalWindow.arrivedPerS', 'offered', 'perS', null),
  figure('arrivalWindow.goodputRps', 'goodput of arrivals', 'perS', 'higher'),
  figure('arrivalWindow.requestsPerS', 'requests while they arrive', 'perS', 'higher'),
  figure('arrivalWindow.inputTokensPerS', 'input tokens while requests arrive', 'perS', 'higher', 4),
  figure('arrivalWindow.outputTokensPerS', 'output tokens while requests arrive', 'perS', 'higher', 4),
  figure('cache.hitRate', 'cache hits', 'share', 'higher'),
  figure('cost.perHour', 'cost', 'usdPerHour', 'lower', 4),
  figure('cost.per1MInputTokens', 'per 1M input tokens', 'usdPerMTok', 'lower'),
  figure('cost.per1MOutputTokens', 'per 1M output tokens', 'usdPerMTok', 'lower'),
  figure('energy.kW', 'power with facility', 'kW', 'lower'),
  figure('energy.joulesPerOutputToken', 'energy per output token', 'joule', 'lower'),
  figure('energy.kgCo2ePer1MOutputTokens', 'CO2e per 1M output tokens', 'kg', 'lower'),
  figure('durationS', 'duration', 's', null, 4),
  figure('counts.arrived', 'arrived', 'count', null),
  figure('counts.completed', 'completed', 'count', 'higher'),
  figure('counts.rejected', 'rejected', 'count', 'lower'),
  figure('counts.failed', 'failed', 'count', 'lower'),
  figure('counts.cancelled', 'cancelled', 'count', 'lower'),
  figure('counts.expired', 'expired', 'count', 'lower'),
  figure('counts.inFlight', 'in flight', 'count', 'lower'),
  figure('counts.preemptions', 'preemptions', 'count', 'lower'),
];

/** The figure at that path, or undefined. */
export function findFigure(path: string): Figure | undefined {
  return FIGURES.find((f) => f.path === path);
}

/** Value of a figure in a report; null where the run gave none. */
export function figureValue(report: Report, path: string): number | null {
  let node: unknown = report;
  for (const key of path.split('.')) node = (node as Readonly<Record<string, unknown>> | null)?.[key];
  return typeof node === 'number' ? node : null;
}
