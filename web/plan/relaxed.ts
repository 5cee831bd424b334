/** A plan with one of its constraints relaxed as the search found. */
import type { Relaxation } from '../../sim/planner/report.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import { rateOf, withRate } from './plan-fields.ts';

/** Null where the constraint is not one value of the document. */
export function relaxed(plan: Plan, { constraint, to }: Relaxation): Plan | null {
  const [part, key, statistic] = constraint.split('.');
  if (part === 'slo' && key === 'attainment') return { ...plan, slo: { ...plan.slo, attainment: to } };
  if (part === 'slo' && (key === 'ttftMs' || key === 'itlMs' || key === 'tpotMs' || key === 'e2eMs')) {
    if (statistic === undefined) return null;
    return { ...plan, slo: { ...plan.slo, [key]: { ...plan.slo[key], [statistic]: to } } };
  }
  if (part === 'budget' && (key === 'maxGpus' || key === 'maxCostPerHour' || key === 'maxPowerW')) {
    // The fleet lies beyond the replicas that the document allows where the budget alone does not bound them.
    const { max: _, ...replicas } = plan.search.replicas ?? {};
    const search = plan.search.replicas === undefined ? plan.search : { ...plan.search, replicas };
    return {
      ...plan,
      search: key === 'maxGpus' ? search : plan.search,
      budget: { ...plan.budget, [key]: to },
    };
  }
  if (constraint === 'workload.rate') {
    const rate = rateOf(plan);
    return rate === null ? null : withRate(plan, Number((rate * to).toPrecision(3)));
  }
  return null;
}
