/** A priority band: the flows of one priority, their capacity counters and the picker among them. */
import { assert } from '../core/check.ts';
import type { InferenceRequest } from '../routing/request.ts';
import { type FlowItem, FlowQueue } from './flow-queue.ts';
import type { FairnessPolicy, FlowPicker, OrderingPolicy } from './policy.ts';

/** Limits and policies of a band. */
export interface BandSettings {
  /** Bytes of request bodies stored, strict upper limit; 0: unlimited. */
  readonly maxBytes: number;
  readonly maxRequests: number;
  readonly fairness: FairnessPolicy;
  readonly ordering: OrderingPolicy;
}

/** Queues of one priority. */
export class Band {
  readonly priority: number;
  readonly settings: BandSettings;
  /** Made for a priority seen at run time: forgotten again when idle. */
  readonly isDynamic: boolean;
  /** Flows with stored items, ascending by id. */
  readonly active: FlowQueue[] = [];
  /** Stored items, ended ones included, and their bytes. */
  requests = 0;
  bytes = 0;
  lastUsedUs: number;
  readonly #flows = new Map<string, FlowQueue>();
  readonly #picker: FlowPicker;

  constructor(priority: number, settings: BandSettings, isDynamic: boolean, nowUs: number) {
    this.priority = priority;
    this.settings = settings;
    this.isDynamic = isDynamic;
    this.lastUsedUs = nowUs;
    this.#picker = settings.fairness.openPicker();
  }

  /** Flows known, idle ones included. */
  get flowCount(): number {
    return this.#flows.size;
  }

  /** Whether one more request of that size stays within the band's limits. */
  hasRoom(sizeBytes: number): boolean {
    return (
      isWithin(this.bytes + sizeBytes, this.settings.maxBytes) &&
      isWithin(this.requests + 1, this.settings.maxRequests)
    );
  }

  /** Stores a request and returns its item. */
  enqueue(request: InferenceRequest, sequence: number, ttlUs: number, nowUs: number): FlowItem {
    const item: FlowItem = {
      request,
      enqueuedUs: nowUs,
      ttlUs,
      sequence,
      sortKeyUs: this.settings.ordering.sortKeyUs(request, nowUs, ttlUs),
      ended: false,
    };
    const flow = this.#flowOf(request.fairnessId, nowUs);
    if (flow.size === 0) this.active.splice(this.#position(flow.id), 0, flow);
    flow.push(item);
    flow.lastUsedUs = nowUs;
    this.lastUsedUs = nowUs;
    this.requests += 1;
    this.bytes += request.sizeBytes;
    return item;
  }

  /** Removes the item that fairness and ordering choose; null when the band is empty. */
  take(nowUs: number): FlowItem | null {
    if (this.active.length === 0) return null;
    const flow = this.#picker.pick(this.active, nowUs);
    const item = flow.pop();
    assert(item !== undefined, `fairness picked the empty flow ${flow.id}`);
    this.#release(item, flow, nowUs);
    if (flow.size === 0) this.active.splice(this.#position(flow.id), 1);
    return item;
  }

  /** Removes the items for which `drop` holds, into `removed`. */
  sweep(drop: (item: FlowItem) => boolean, nowUs: number, removed: FlowItem[]): void {
    let kept = 0;
    for (const flow of this.active) {
      for (const item of flow.removeWhere(drop)) {
        this.#release(item, flow, nowUs);
        removed.push(item);
      }
      if (flow.size > 0) this.active[kept++] = flow;
    }
    this.active.length = kept;
  }

  /** Forgets flows without items since `idleSinceUs`; which ones does not depend on the order of the walk. */
  forgetIdleFlows(idleSinceUs: number): void {
    for (const [id, flow] of this.#flows) {
      if (flow.size === 0 && flow.lastUsedUs <= idleSinceUs) this.#flows.delete(id);
    }
  }

  #release(item: FlowItem, flow: FlowQueue, nowUs: number): void {
    flow.lastUsedUs = nowUs;
    this.lastUsedUs = nowUs;
    this.requests -= 1;
    this.bytes -= item.request.sizeBytes;
  }

  #flowOf(id: string, nowUs: number): FlowQueue {
    let flow = this.#flows.get(id);
    if (flow === undefined) {
      flow = new FlowQueue(id, nowUs);
      this.#flows.set(id, flow);
    }
    return flow;
  }

  /** Index of the first active flow whose id is not below `id`. */
  #position(id: string): number {
    let low = 0;
    let high = this.active.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.active[middle]!.id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether `value` does not exceed `limit`; 0 means no limit. */
export function isWithin(value: number, limit: number): boolean {
  return limit === 0 || value <= limit;
}
