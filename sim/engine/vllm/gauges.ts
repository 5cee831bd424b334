/** What a scrape of vLLM shows: gauges as of the end of the last step, inside a fast-forward segment too. */
import type { DecodeSet } from '../decode-set.ts';
import type { EngineObservation } from '../engine.ts';
import type { BlockNode } from '../kv/block-pool.ts';
import type { SequenceList } from '../sequence.ts';
import type { Stepper } from '../stepper.ts';
import type { VllmBatch } from './batch.ts';
import type { VllmCommon } from './common.ts';

/** Gauges of one engine, or of one lane of a pipeline. */
export class Gauges {
  readonly #common: VllmCommon;
  readonly #stepper: Stepper;
  readonly #decodes: DecodeSet<BlockNode>;
  readonly #running: SequenceList<BlockNode>;
  /** As of the end of the last step. */
  readonly #shown = { waiting: 0, running: 0, used: 0 };
  /** The queue has lost someone since the last step ended: `#shown` holds what it was until the next one ends. */
  #isFrozen = false;
  /** Used blocks when the segment in progress began. */
  #usedAtBegin = 0;

  constructor(common: VllmCommon, batch: VllmBatch) {
    this.#common = common;
    this.#stepper = batch.stepper;
    this.#decodes = batch.decodes;
    this.#running = batch.running;
  }

  /** A segment begins. */
  begins(): void {
    this.#usedAtBegin = this.#common.pool.used;
  }

  observe(nowUs: number, out: EngineObservation): void {
    const shown = this.#shown;
    const stepper = this.#stepper;
    out.running = shown.running;
    out.waiting = shown.waiting;
    let { used } = shown;
    if (stepper.progress === 'segment') {
      const steps = stepper.stepsAt(nowUs);
      // What was allocated at the beginning shows once a step has ended.
      used = (steps > 1 ? this.#usedAtBegin : used) + this.#decodes.blocksNeeded(steps);
      if (steps > 1 && !this.#isFrozen) out.waiting = this.#waitingAfter(steps - 1);
    }
    out.kvUsage = used / this.#common.pool.capacity;
  }

  /** Keeps what is shown of the queue before it changes otherwise than by an arrival; the segment is cut at this step's end. */
  freeze(nowUs: number): void {
    if (this.#isFrozen || this.#stepper.progress !== 'segment') return;
    const steps = this.#stepper.stepsAt(nowUs);
    if (steps > 1) this.#shown.waiting = this.#waitingAfter(steps - 1);
    this.#isFrozen = true;
  }

  /** The waiting gauge once `steps` steps of the segment in progress have ended. */
  #waitingAfter(steps: number): number {
    const { waiting } = this.#common;
    return waiting.length === 0
      ? this.#aside
      : this.#waitingSince(this.#stepper.segment.timeAfterUs(steps - 1));
  }

  /** Gauges are set when a step has ended; what arrived meanwhile is read from the socket after that. */
  publish(): void {
    const shown = this.#shown;
    this.#isFrozen = false;
    shown.waiting = this.#waitingSince(this.#stepper.decidedUs);
    shown.running = this.#running.length;
    shown.used = this.#common.pool.used;
  }

  /** Requests that wait and were there before a step that started at `startUs`. */
  #waitingSince(startUs: number): number {
    const { waiting } = this.#common;
    if (waiting.length === 0) return this.#aside;
    return waiting.length - waiting.countFromBack((s) => s.enqueuedUs > startUs) + this.#aside;
  }

  /** Requests that wait beside the queue. */
  get #aside(): number {
    return this.#common.loading.length + this.#common.passedOver.length;
  }
}
