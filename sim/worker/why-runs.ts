/** Runs of one scenario over seeds, as reports, and the decision that several of them lead to. */
import { buildReport } from '../metrics/build-report.ts';
import type { PriceOf } from '../metrics/pool-report.ts';
import type { Report } from '../metrics/report.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import type { Cell } from '../run/plan-cells.ts';
import { pricing } from '../run/prices.ts';
import type { Scenario } from '../scenario/schema.ts';
import { meetsByValue } from '../why/report.ts';

/** Runs of one scenario. */
export interface Runs {
  readonly pooled: Report;
  readonly bySeed: readonly Report[];
  readonly results: readonly RunResult[];
}

/** A scenario's runs, or why it cannot be run. */
export type Answer = Runs | string;

/** The decision by point values: whether a lone fleet meets the SLO, or the cheapest of several that does. */
export function decisionOf(cells: readonly Cell[], runs: readonly Pick<Runs, 'pooled'>[]): string {
  if (cells.length === 1) return meetsByValue(runs[0]!.pooled) ? 'meets' : 'fails';
  const meeting = cells
    .map((cell, i) => ({ name: cell.fleet, report: runs[i]!.pooled }))
    .filter(({ report }) => meetsByValue(report));
  if (meeting.length === 0) return 'none meets';
  const isPriced = meeting.every(({ report }) => report.cost.perHour !== null);
  const cost = ({ cost: { perHour }, pools }: Report): number =>
    isPriced ? perHour! : pools.reduce((sum, pool) => sum + pool.gpus, 0);
  const least = Math.min(...meeting.map(({ report }) => cost(report)));
  return meeting
    .filter(({ report }) => cost(report) === least)
    .map(({ name }) => name)
    .join(' or ');
}

export function runsOf(scenario: Scenario, results: readonly RunResult[]): Runs {
  const { priceOf } = pricing(scenario.prices);
  return {
    pooled: pooledReport(scenario, results, priceOf),
    bySeed: results.map((result) => pooledReport(scenario, [result], priceOf)),
    results,
  };
}

/** One report over seeds, at given prices. */
export function pooledReport(scenario: Scenario, results: readonly RunResult[], priceOf: PriceOf): Report {
  return buildReport(results, {
    scenario: scenario.name ?? '',
    slo: scenario.slo,
    priceOf,
    energy: scenario.prices?.energy,
    engineDigest: ENGINE_DIGEST,
    wallMs: 0,
  });
}
