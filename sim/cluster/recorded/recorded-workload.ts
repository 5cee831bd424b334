/** Requests at the times at which a live router got them. */
import type { SimRequest } from '../../workload/request.ts';
import type { Workload } from '../../workload/workload.ts';

/** All requests are known beforehand: follow-ups came when they came. */
export class RecordedWorkload implements Workload {
  readonly hasFollowUps = false;
  readonly classes: readonly string[];
  readonly #requests: readonly SimRequest[];
  #next = 0;

  constructor(requests: readonly SimRequest[], classes: readonly string[]) {
    this.#requests = requests;
    this.classes = classes;
  }

  next(): SimRequest | null {
    return this.#requests[this.#next++] ?? null;
  }

  onFinished(): null {
    return null;
  }
}
