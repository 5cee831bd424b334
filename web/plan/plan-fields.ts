/**
 * The blanks of the plan's sentence: what a plan document says in them, and the document with another word there. Each
 * change touches its own fields only, so that whatever else the document holds stays as it is.
 */
import type { Plan } from '../../sim/planner/schema.ts';
import type { SloSpec, WorkloadSpec } from '../../sim/scenario/schema.ts';

export type SloMetric = 'ttftMs' | 'itlMs';

export interface Limit {
  /** e.g. `p95`. */
  readonly statistic: string;
  readonly ms: number;
}

/** Statistics that the sentence offers. */
export const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99'] as const;

/** A plan document as far as the sentence needs it; from a link or an editor it may be anything. */
export function readablePlan(document: unknown): Plan | null {
  const plan = document as Plan | null;
  if (typeof plan !== 'object' || plan === null) return null;
  const { model, workload, slo, search } = plan;
  const isReadable =
    typeof model === 'string' &&
    typeof workload === 'object' &&
    typeof slo === 'object' &&
    Array.isArray(search?.gpus) &&
    [workload, slo].every((part) => part !== null);
  return isReadable ? plan : null;
}

/** Requests per second; null where the workload's rate is not one number. */
export function rateOf({ workload }: Plan): number | null {
  if (workload.kind === 'preset') return workload.rateRps ?? null;
  if (workload.kind !== 'synthetic') return null;
  return 'rateRps' in workload.arrivals ? workload.arrivals.rateRps : null;
}

export function withRate(plan: Plan, rateRps: number): Plan {
  const { workload } = plan;
  if (workload.kind === 'preset') return { ...plan, workload: { ...workload, rateRps } };
  if (workload.kind !== 'synthetic' || !('rateRps' in workload.arrivals)) return plan;
  return { ...plan, workload: { ...workload, arrivals: { ...workload.arrivals, rateRps } } };
}

/** CV of the gaps between arrivals; null where it is not a number of the document. */
export function burstinessOf({ workload }: Plan): number | null {
  if (workload.kind !== 'synthetic') return null;
  const { arrivals } = workload;
  if (arrivals.process === 'poisson') return 1;
  return arrivals.process === 'gamma' ? arrivals.cv : null;
}

export function withBurstiness(plan: Plan, cv: number): Plan {
  const { workload } = plan;
  const rateRps = rateOf(plan);
  if (workload.kind !== 'synthetic' || rateRps === null) return plan;
  const arrivals =
    cv === 1 ? { process: 'poisson' as const, rateRps } : { process: 'gamma' as const, rateRps, cv };
  return { ...plan, workload: { ...workload, arrivals } };
}

export function workloadName(workload: WorkloadSpec): string {
  return workload.name ?? (workload.kind === 'trace' ? `${workload.format} trace` : 'traffic of its own');
}

/** The limit on a metric: the first one, where there are several. */
export function limitOf(slo: SloSpec, metric: SloMetric): Limit | null {
  const [first] = Object.entries(slo[metric] ?? {});
  return first === undefined ? null : { statistic: first[0], ms: first[1] };
}

export function withLimit(plan: Plan, metric: SloMetric, limit: Limit): Plan {
  return { ...plan, slo: { ...plan.slo, [metric]: { [limit.statistic]: limit.ms } } };
}

export function withAttainment(plan: Plan, attainment: number): Plan {
  return { ...plan, slo: { ...plan.slo, attainment } };
}

type Budget = NonNullable<Plan['budget']>;

/** `value` null takes the bound away. */
export function withBudget(plan: Plan, key: keyof Budget, value: number | null): Plan {
  const budget = { ...plan.budget };
  if (value === null) delete budget[key];
  else budget[key] = value;
  return { ...plan, budget };
}

export function withGpus(plan: Plan, gpus: readonly string[]): Plan {
  return { ...plan, search: { ...plan.search, gpus: [...gpus] } };
}

export function withProvider(plan: Plan, provider: string): Plan {
  const { provider: _, ...prices } = plan.prices ?? {};
  return { ...plan, prices: provider === '' ? prices : { ...prices, provider } };
}
