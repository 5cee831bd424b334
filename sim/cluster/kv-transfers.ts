/**
 * KV on its way: between instances (by request id), and from and to tiers (by handles below zero). Flows of the shared network,
 * and the kernel event of the next one that is through.
 */
import type { Transport } from '../engine/kv/tiers/replica-tiers.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import { FairShareNetwork } from '../net/fair-share.ts';

type Callback = (nowUs: number) => void;

const CODE_FLOW = 0;
const CODE_LATER = 1;

/** A transfer in pieces: one flow at a time, which takes what has gathered. */
interface Push {
  readonly links: readonly number[];
  readonly baseUs: number;
  pendingBytes: number;
  isMoving: boolean;
  isSealed: boolean;
}

/** Transfers in progress. */
export class KvTransfers implements Component, Transport {
  readonly network = new FairShareNetwork();
  readonly #kernel: Kernel;
  readonly #target: number;
  readonly #onDone: (id: number, nowUs: number) => void;
  readonly #done: number[] = [];
  /** What is to be called, by handle. */
  readonly #callbacks = new Map<number, Callback>();
  /** Transfers that are pushed piece by piece. */
  readonly #pushes = new Map<number, Push>();
  #lastHandle = 0;
  #wakeUs = Number.POSITIVE_INFINITY;

  /** `onDone` hears of transfers begun by id. */
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

  /** Further `bytes` of transfer `id`, which ends with those that are marked as the last. */
  push(
    id: number,
    links: readonly number[],
    bytes: number,
    baseUs: number,
    isLast: boolean,
    nowUs: number,
  ): void {
    const push = this.#pushes.get(id) ?? { links, baseUs, pendingBytes: 0, isMoving: false, isSealed: false };
    this.#pushes.set(id, push);
    push.pendingBytes += bytes;
    push.isSealed = isLast;
    if (!push.isMoving) this.#goOn(id, push, nowUs);
  }

  #goOn(id: number, push: Push, nowUs: number): void {
    const bytes = push.pendingBytes;
    push.pendingBytes = 0;
    push.isMoving = true;
    this.begin(id, push.links, bytes, push.baseUs, nowUs);
  }

  /** A flow is through; true when that was all of transfer `id`. */
  #isComplete(id: number, nowUs: number): boolean {
    const push = this.#pushes.size === 0 ? undefined : this.#pushes.get(id);
    if (push === undefined) return true;
    push.isMoving = false;
    if (push.pendingBytes > 0) {
      this.#goOn(id, push, nowUs);
      return false;
    }
    if (push.isSealed) this.#pushes.delete(id);
    return push.isSealed;
  }

  /** Sender or receiver is gone. */
  cancel(id: number, nowUs: number): void {
    this.#pushes.delete(id);
    if (this.network.cancel(id, nowUs)) this.#arm(nowUs);
  }

  /** A link carries more or less from now on. */
  setCapacity(link: number, bytesPerUs: number, nowUs: number): void {
    this.network.setCapacity(link, bytesPerUs, nowUs);
    this.#arm(nowUs);
  }

  move(links: readonly number[], bytes: number, baseUs: number, nowUs: number, onDone: Callback): number {
    this.#lastHandle -= 1;
    this.#callbacks.set(this.#lastHandle, onDone);
    this.begin(this.#lastHandle, links, bytes, baseUs, nowUs);
    return this.#lastHandle;
  }

  stop(handle: number, nowUs: number): void {
    if (this.#callbacks.delete(handle)) this.cancel(handle, nowUs);
  }

  later(atUs: number, onTime: Callback): void {
    this.#lastHandle -= 1;
    this.#callbacks.set(this.#lastHandle, onTime);
    this.#kernel.at(gridUs(atUs), PHASE.transferDone, this.#target, CODE_LATER, this.#lastHandle);
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    if (code === CODE_LATER) {
      this.#call(arg, nowUs);
      return;
    }
    // An event of before a transfer became due sooner has no next one of its own: there would never be fewer of them.
    if (nowUs === this.#wakeUs) this.#wakeUs = Number.POSITIVE_INFINITY;
    // What is called may begin transfers, which take their turn with the next event.
    const done = this.#done;
    while (done.length > 0) done.pop();
    this.network.collect(nowUs, done);
    for (const id of done) {
      if (id < 0) this.#call(id, nowUs);
      else if (this.#isComplete(id, nowUs)) this.#onDone(id, nowUs);
    }
    this.#arm(nowUs);
  }

  #call(handle: number, nowUs: number): void {
    const callback = this.#callbacks.get(handle);
    this.#callbacks.delete(handle);
    callback?.(nowUs);
  }

  #arm(nowUs: number): void {
    const nextUs = this.network.nextUs();
    if (nextUs >= this.#wakeUs) return;
    this.#wakeUs = nextUs;
    this.#kernel.at(Math.max(nextUs, nowUs), PHASE.transferDone, this.#target, CODE_FLOW, 0);
  }
}
