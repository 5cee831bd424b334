/** KV on its way between instances: flows of the shared network, and the kernel event of the next one that is through. */
import type { Component, Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import { FairShareNetwork } from '../net/fair-share.ts';

/** Transfers in progress, by request id. */
export class KvTransfers implements Component {
  readonly network = new FairShareNetwork();
  readonly #kernel: Kernel;
  readonly #target: number;
  readonly #onDone: (id: number, nowUs: number) => void;
  readonly #done: number[] = [];
  #wakeUs = Number.POSITIVE_INFINITY;

  constructor(kernel: Kernel, onDone: (id: number, nowUs: number) => void) {
    this.#kernel = kernel;
    this.#target = kernel.register(this);
    this.#onDone = onDone;
  }

  /** `bytes` start to move over `links` after `baseUs`. */
  begin(id: number, links: readonly number[], bytes: number, baseUs: number, nowUs: number): void {
    this.network.begin(id, links, bytes, baseUs, nowUs);
    this.#arm(nowUs);
  }

  /** Sender or receiver is gone. */
  cancel(id: number, nowUs: number): void {
    if (this.network.cancel(id, nowUs)) this.#arm(nowUs);
  }

  onEvent(_code: number, _arg: number, nowUs: number): void {
    this.#wakeUs = Number.POSITIVE_INFINITY;
    const done = this.#done;
    done.length = 0;
    this.network.collect(nowUs, done);
    for (const id of done) this.#onDone(id, nowUs);
    this.#arm(nowUs);
  }

  #arm(nowUs: number): void {
    const nextUs = this.network.nextUs();
    if (nextUs >= this.#wakeUs) return;
    this.#wakeUs = nextUs;
    this.#kernel.at(Math.max(nextUs, nowUs), PHASE.transferDone, this.#target, 0, 0);
  }
}
