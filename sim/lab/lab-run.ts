/** The figures of one run of a lab: those of its report, and some that only labs compare. */
import { buildReport, type ClassedReport } from '../metrics/build-report.ts';
import { type Figure, figureValue, findFigure } from '../metrics/figures.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { pricing } from '../run/prices.ts';
import { jainIndex } from './fairness.ts';
import type { LabCell } from './plan.ts';

/** Figures of one run. */
export interface LabRun {
  readonly seed: number;
  readonly fingerprint: string;
  /** Of a metric by path; null where the run has none. */
  readonly value: (metric: string) => number | null;
  readonly classes: readonly string[];
  readonly hasTenants: boolean;
}

interface Source {
  readonly cell: LabCell;
  readonly result: RunResult;
  readonly report: ClassedReport;
}

interface LabFigureKind extends Figure {
  compute(source: Source): number | null;
}

const GB = 1e9;
const S_PER_HOUR = 3600;

function own(
  path: string,
  label: string,
  unit: Figure['unit'],
  better: Figure['better'],
  compute: (source: Source) => number | null,
): LabFigureKind {
  return { path, label, unit, better, digits: 3, compute };
}

/** Figures of a lab that no report has. */
export const LAB_FIGURES: readonly LabFigureKind[] = [
  own('fairness.endpoints', 'Jain, endpoints', 'share', 'higher', endpointFairness),
  own('fairness.tenants', 'Jain, tenants', 'share', 'higher', ({ result }) => {
    const times = result.fairness?.tenantTimes ?? [];
    return times.length < 2 ? null : jainIndex(times);
  }),
  own('kv.sentGB', 'KV sent, GB', 'count', 'lower', ({ result }) =>
    some(result.links.filter(({ name }) => name.endsWith('/nic-out')).map(({ bytes }) => bytes / GB)),
  ),
  own('kv.tierGB', 'KV to and from tiers, GB', 'count', 'lower', ({ result }) =>
    some(result.tiers.map(({ loadedBytes, storedBytes }) => (loadedBytes + storedBytes) / GB)),
  ),
  own('slo.goodputPerUsd', 'within SLO per USD', 'count', 'higher', ({ report }) => {
    const goodput = figureValue(report, 'slo.goodputRps');
    const perHour = figureValue(report, 'cost.perHour');
    return goodput === null || perHour === null || perHour === 0 ? null : (goodput * S_PER_HOUR) / perHour;
  }),
];

const ATTAINMENT = 'attainment.';

/** What a metric of labs is; undefined for one that there is not. `attainment.<class>` is one for any class. */
export function labFigureOf(metric: string): Figure | undefined {
  if (metric.startsWith(ATTAINMENT)) {
    const label = `within SLO, ${metric.slice(ATTAINMENT.length)}`;
    return { path: metric, label, unit: 'share', better: 'higher', digits: 3 };
  }
  return LAB_FIGURES.find(({ path }) => path === metric) ?? findFigure(metric);
}

/** What a run comes to. `result.fairness` must have been gathered. */
export function labRunOf(cell: LabCell, seed: number, result: RunResult): LabRun {
  const { scenario } = cell;
  const report = buildReport([result], {
    scenario: scenario.name ?? '',
    slo: scenario.slo,
    ...pricing(scenario.prices),
    engineDigest: ENGINE_DIGEST,
    wallMs: 0,
  });
  const source = { cell, result, report };
  return {
    seed,
    fingerprint: result.fingerprint,
    value: (metric) => valueIn(source, metric),
    classes: (report.classes ?? []).map((one) => one.name),
    hasTenants: (result.fairness?.tenantTimes.length ?? 0) >= 2,
  };
}

function valueIn(source: Source, metric: string): number | null {
  const found = LAB_FIGURES.find(({ path }) => path === metric);
  if (found !== undefined) return found.compute(source);
  if (!metric.startsWith(ATTAINMENT)) return figureValue(source.report, metric);
  const name = metric.slice(ATTAINMENT.length);
  return source.report.classes?.find((one) => one.name === name)?.attainment ?? null;
}

function endpointFairness({ cell, result }: Source): number | null {
  const answering = cell.scenario.fleet.pools
    .filter((pool) => pool.role !== 'prefill')
    .reduce((total, pool) => total + pool.replicas, 0);
  const tokens = [...(result.fairness?.endpointTokens ?? [])];
  // Idle ones count as well.
  while (tokens.length < answering) tokens.push(0);
  return jainIndex(tokens);
}

/** The sum; null for no items. */
function some(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}
