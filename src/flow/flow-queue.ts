/**
 * The queue of one flow (fairness id within a priority band): a heap in the order of the band's ordering
 * policy. Items that have ended while queued (client gone) stay in it, and count, until a sweep or a dispatch
 * removes them: upstream frees queue space only then.
 */
import type { InferenceRequest } from '../routing/request.ts';
import { BinaryHeap } from './binary-heap.ts';

/** One queued request. */
export interface FlowItem {
  readonly request: InferenceRequest;
  readonly enqueuedUs: number;
  /** Budget of waiting that orderings see, µs; 0: none. */
  readonly ttlUs: number;
  /** Number of the enqueue, ascending: the last tie break, so that the order is total. */
  readonly sequence: number;
  /** Key of the ordering policy, µs: the least is served first. */
  readonly sortKeyUs: number;
  /** The request has ended while its item is still stored. */
  ended: boolean;
}

/** Service order of two items, also across the flows of a band: key, then order of enqueue. */
export function compareItems(a: FlowItem, b: FlowItem): number {
  // Both keys may be Infinity (no deadline), whose difference is NaN: compare, do not subtract.
  if (a.sortKeyUs !== b.sortKeyUs) return a.sortKeyUs < b.sortKeyUs ? -1 : 1;
  return a.sequence - b.sequence;
}

/** Queue of one flow. */
export class FlowQueue {
  /** Fairness id. */
  readonly id: string;
  /** Last time it held or received an item, µs; idle flows are forgotten. */
  lastUsedUs: number;
  readonly #heap = new BinaryHeap<FlowItem>(compareItems);

  constructor(id: string, nowUs: number) {
    this.id = id;
    this.lastUsedUs = nowUs;
  }

  /** Items stored, ended ones included. */
  get size(): number {
    return this.#heap.size;
  }

  /** Next item in order, or undefined when empty. */
  head(): FlowItem | undefined {
    return this.#heap.peek();
  }

  push(item: FlowItem): void {
    this.#heap.push(item);
  }

  pop(): FlowItem | undefined {
    return this.#heap.pop();
  }

  /** Removes and returns the items for which `drop` holds. */
  removeWhere(drop: (item: FlowItem) => boolean): FlowItem[] {
    return this.#heap.removeWhere(drop);
  }
}
