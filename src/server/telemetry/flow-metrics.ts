/** Flow control's metrics. They are there only while it is on. */
import type { FlowFigures } from '../../flow/figures.ts';
import type { Rejection } from '../../routing/contract.ts';
import type { InferenceRequest } from '../../routing/request.ts';
import { CONFIRMATION_S, INTERNAL_S, QUEUE_S } from './bounds.ts';
import { Counts } from './counts.ts';
import type { Registry } from './prometheus.ts';

const POOL = { inference_pool: 'epp' };
const PREFIX = 'llm_d_epp_flow_control';

/** Outcomes by the reason that a refused client is given. */
const OUTCOMES: Readonly<Record<string, string>> = {
  'rejected-saturated': 'RejectedCapacity',
  'rejected-no-endpoints': 'RejectedNoEndpoints',
  'rejected-ttl-expired': 'EvictedTTL',
  'rejected-context-cancelled': 'EvictedContextCancelled',
};

/** Labels of a request, client-chosen ones capped. */
type RequestLabels = Readonly<
  Record<'model_name' | 'target_model_name' | 'fairness_id' | 'priority', string>
>;

export class FlowMetrics {
  readonly #registry: Registry;
  readonly #labelsOf: (request: InferenceRequest) => RequestLabels;

  constructor(registry: Registry, labelsOf: (request: InferenceRequest) => RequestLabels) {
    this.#registry = registry;
    this.#labelsOf = labelsOf;
  }

  /** A request has left, to be sent (`rejection` null) or refused. */
  left(request: InferenceRequest, rejection: Rejection | null, seconds: number): void {
    const outcome = outcomeOf(rejection);
    const { fairness_id, priority, model_name, target_model_name } = this.#labelsOf(request);
    this.#registry.add(`${PREFIX}_requests_total`, { outcome, priority, ...POOL });
    const labels = { fairness_id, priority, outcome, ...POOL, model_name, target_model_name };
    this.#registry.observe(`${PREFIX}_request_queue_duration_seconds`, labels, seconds, QUEUE_S);
  }

  /** A request has been taken in. `outcome`: null while it waits, else how it left at once. */
  enqueued(request: InferenceRequest, outcome: string | null, seconds: number): void {
    const { fairness_id, priority } = this.#labelsOf(request);
    const labels = { fairness_id, priority, outcome: outcome ?? 'NotYetFinalized' };
    this.#registry.observe(`${PREFIX}_request_enqueue_duration_seconds`, labels, seconds, INTERNAL_S);
  }

  /** The router has done what was due. */
  cycled(seconds: number): void {
    this.#registry.observe(`${PREFIX}_dispatch_cycle_duration_seconds`, {}, seconds, INTERNAL_S);
  }

  /** An evicted request's stream has ended. */
  reclaimed(seconds: number): void {
    this.#registry.observe(`${PREFIX}_revocation_confirmation_seconds`, POOL, seconds, CONFIRMATION_S);
  }

  /** Gauges of the moment; `stale`: endpoints with old signals, by detector. */
  refresh(
    queued: readonly InferenceRequest[],
    { saturation, bands, all, reclaim }: FlowFigures,
    stale: readonly (readonly [detector: string, endpoints: number])[],
  ): void {
    const registry = this.#registry;
    this.#countQueued(queued);
    registry.clear(`${PREFIX}_pool_saturation`);
    for (const [stage, value] of Object.entries(saturation)) {
      if (value !== null) registry.set(`${PREFIX}_pool_saturation`, { ...POOL, stage }, value);
    }
    for (const [detector, count] of stale) registry.set(`${PREFIX}_stale_endpoints`, { detector }, count);
    for (const what of ['requests', 'bytes'] as const) {
      const most = what === 'requests' ? 'maxRequests' : 'maxBytes';
      const name = `${PREFIX}_capacity_utilization_${what}`;
      registry.clear(name);
      for (const band of bands) {
        const labels = { priority: String(band.priority), ...POOL };
        if (band[most] > 0) registry.set(name, labels, band[what] / band[most]);
      }
      const global = `${PREFIX}_global_capacity_utilization_${what}`;
      if (all[most] > 0) registry.set(global, POOL, all[what] / all[most]);
    }
    if (reclaim !== null) this.#showReclaim(reclaim);
  }

  #showReclaim(reclaim: NonNullable<FlowFigures['reclaim']>): void {
    const registry = this.#registry;
    for (const [priority, count] of reclaim.issued) {
      const labels = { priority: String(priority), ...POOL };
      registry.count(`${PREFIX}_revocations_issued_total`, labels, count);
    }
    const outcomes = { confirmed: reclaim.confirmed, timed_out: reclaim.timedOut };
    for (const [outcome, count] of Object.entries(outcomes))
      registry.count(`${PREFIX}_revocations_total`, { outcome, ...POOL }, count);
    registry.set(`${PREFIX}_reclaim_target`, POOL, reclaim.target);
    registry.set(`${PREFIX}_pending_reclaim`, POOL, reclaim.pending);
  }

  #countQueued(queued: readonly InferenceRequest[]): void {
    const [sizes, bytes] = [new Counts(), new Counts()];
    for (const request of queued) {
      const { fairness_id, priority, model_name, target_model_name } = this.#labelsOf(request);
      const labels = { fairness_id, priority, ...POOL, model_name, target_model_name };
      sizes.add(labels, 1);
      bytes.add(labels, request.sizeBytes);
    }
    sizes.show(this.#registry, `${PREFIX}_queue_size`);
    bytes.show(this.#registry, `${PREFIX}_queue_bytes`);
  }
}

/** How a request left flow control. */
export function outcomeOf(rejection: Rejection | null): string {
  return rejection === null ? 'Dispatched' : (OUTCOMES[rejection.reason ?? ''] ?? 'RejectedOther');
}
