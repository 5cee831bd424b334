/** The figures of one run of a lab: those of its report, and some that only labs compare. */
import { buildReport, type ClassedReport } from '../metrics/build-report.ts';
import { figureValue } from '../metrics/figures.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { pricing } from '../run/prices.ts';
import { jainIndex } from './fairness.ts';
import { ATTAINMENT, type LabFigurePath } from './lab-figures.ts';
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

const GB = 1e9;
const S_PER_HOUR = 3600;

/** How each figure that only labs have is computed, by its path. */
const COMPUTED: Readonly<Record<LabFigurePath, (source: Source) => number | null>> = {
  'fairness.endpoints': endpointFairness,
  'fairness.tenants': ({ result }) => {
    const times = result.fairness?.tenantTimes ?? [];
    return times.length < 2 ? null : jainIndex(times);
  },
  'kv.sentGB': ({ result }) =>
    some(result.links.filter(({ name }) => name.endsWith('/nic-out')).map(({ bytes }) => bytes / GB)),
  'kv.tierGB': ({ result }) =>
    some(result.tiers.map(({ loadedBytes, storedBytes }) => (loadedBytes + storedBytes) / GB)),
  'slo.goodputPerUsd': ({ report }) => {
    const goodput = figureValue(report, 'slo.goodputRps');
    const perHour = figureValue(report, 'cost.perHour');
    return goodput === null || perHour === null || perHour === 0 ? null : (goodput * S_PER_HOUR) / perHour;
  },
};

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
  if (Object.hasOwn(COMPUTED, metric)) return COMPUTED[metric as LabFigurePath](source);
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
