/**
 * Jain's fairness index: R. Jain, D. Chiu, W. Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource
 * Allocation in Shared Computer Systems", DEC-TR-301, 1984. (sum x)^2 / (n sum x^2): 1 when all are equal, 1/n when one has
 * everything.
 *
 *   endpoints  x: prompt and output tokens of the completed requests that the endpoint answered (decode side, if split)
 *   tenants    x: mean end-to-end time per output token of the tenant's completed requests
 */
import type { FairnessData } from '../metrics/run-result.ts';
import type { SimRequest } from '../workload/request.ts';

/** The index; null for no items, or items that are all 0. */
export function jainIndex(items: readonly number[]): number | null {
  let sum = 0;
  let squares = 0;
  for (const x of items) {
    sum += x;
    squares += x * x;
  }
  return squares === 0 ? null : (sum * sum) / (items.length * squares);
}

/** Gathers what the indices are made of during a run. */
export class FairnessTally {
  readonly #tokens = new Map<number, number>();
  readonly #tenants = new Map<string, { sum: number; count: number }>();
  readonly #warmupUs: number;

  constructor(warmupUs: number) {
    this.#warmupUs = warmupUs;
  }

  /** Takes in a request that has ended. */
  add(request: SimRequest): void {
    const { course } = request;
    const { arrivalUs, fairnessId } = request.request;
    if (course.ending !== 'completed' || arrivalUs < this.#warmupUs) return;
    const tokens = request.promptTokens + request.outputTokens;
    this.#tokens.set(course.endpoint, (this.#tokens.get(course.endpoint) ?? 0) + tokens);
    const tenant = this.#tenants.get(fairnessId) ?? { sum: 0, count: 0 };
    tenant.sum += (course.endUs - arrivalUs) / request.outputTokens;
    tenant.count += 1;
    this.#tenants.set(fairnessId, tenant);
  }

  /** What the indices are made of, in order of endpoints and of tenants' names. */
  data(): FairnessData {
    return {
      endpointTokens: [...this.#tokens].sort(([a], [b]) => a - b).map(([, sum]) => sum),
      tenantTimes: [...this.#tenants]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { sum, count }]) => sum / count),
    };
  }
}
