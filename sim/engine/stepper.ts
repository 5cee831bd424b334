/**
 * The time side of an engine: which step or fast-forward segment is in progress, when it ends, and where a newcomer may cut it.
 * Engines decide what a step holds; this decides nothing but times.
 *
 * The unrounded end of the last step is kept, so that a chain of steps does not accumulate grid rounding.
 */
import { assert } from '../../src/core/check.ts';
import { gridUs } from '../kernel/kernel.ts';
import type { DecodeTerms, StepModel } from '../latency/step-model.ts';
import type { DecodeSet } from './decode-set.ts';
import { Segment } from './segment.ts';

/** What is in progress: nothing, one step of any kind, or a segment of pure decode steps. */
export type Progress = 'none' | 'mixed' | 'segment';

const NEVER = Number.POSITIVE_INFINITY;

/** Times of one engine, µs. */
export class Stepper {
  progress: Progress = 'none';
  readonly segment = new Segment();
  /** Unrounded start of the step in progress. */
  startUs = 0;
  /** Grid time at which it ends; Infinity when idle. */
  endUs = NEVER;
  /**
   * When the batch that would start now was decided: with asynchronous scheduling the start of the step before it, Infinity
   * (nobody is too late) when no step ran just before.
   */
  decidedUs = NEVER;
  /** The waiting queue is stuck behind its head: a newcomer changes nothing before something ends. */
  stuck = false;
  /** The next schedule may differ for another reason than a newcomer: cut without delay. */
  urgent = false;
  readonly #ahead: boolean;
  readonly #fastForward: boolean;
  readonly #terms: DecodeTerms = { baseUs: 0, perContextUs: 0, validToContext: 0 };
  #preciseEndUs = -1;

  /** `ahead`: the batch of a step is decided while the step before it runs. */
  constructor(options: { ahead: boolean; fastForward: boolean }) {
    this.#ahead = options.ahead;
    this.#fastForward = options.fastForward;
  }

  /** A batch is about to form at `nowUs`. */
  open(nowUs: number): void {
    assert(this.progress === 'none', 'a step is in progress already');
    const continues = gridUs(this.#preciseEndUs) === nowUs;
    this.startUs = continues ? this.#preciseEndUs : nowUs;
    if (!continues) this.decidedUs = NEVER;
  }

  /** Whether a request that reached the queue at `enqueuedUs` is too late for the batch that forms now. */
  isTooLate(enqueuedUs: number): boolean {
    return this.#ahead && enqueuedUs > this.decidedUs;
  }

  /** Nothing runs. */
  idle(): number {
    this.#preciseEndUs = -1;
    this.endUs = NEVER;
    return NEVER;
  }

  /** One step of `durationUs` starts; returns its end. */
  runStep(durationUs: number): number {
    this.progress = 'mixed';
    return this.#setEnd(this.startUs + durationUs);
  }

  /**
   * Pure decode steps of the whole set start, at most `steps` of them (one when not fast-forwarding); returns the end. The
   * segment is cut short of a completion, of the reach of the step model's terms and of what `steps` says.
   */
  runSegment<Leaf>(set: DecodeSet<Leaf>, model: StepModel, steps: number): number {
    const context = set.contextAfter(0);
    const terms = this.#terms;
    model.decodeTerms(set.count, context + set.count, terms);
    let take = 1;
    if (this.#fastForward && steps > 1) {
      const valid = Math.floor((terms.validToContext - context) / set.count);
      take = Math.max(1, Math.min(steps, set.stepsToFinish(), valid));
    }
    this.segment.begin(this.startUs, terms.baseUs, terms.perContextUs, context, set.count, take);
    this.progress = 'segment';
    return this.#setEnd(this.segment.timeAfterUs(take));
  }

  /** Steps in progress: one, or those of the segment. */
  get steps(): number {
    return this.progress === 'segment' ? this.segment.steps : 1;
  }

  /** Duration of the first step in progress; each further one lasts `incrementUs` longer. */
  get firstUs(): number {
    return this.progress === 'segment' ? this.segment.firstUs : this.#preciseEndUs - this.startUs;
  }

  get incrementUs(): number {
    return this.progress === 'segment' ? this.segment.incrementUs : 0;
  }

  /** The step or segment in progress takes other times: those of the slowest rank of a group in lock step. */
  follow(startUs: number, firstUs: number, incrementUs: number, steps: number): void {
    this.startUs = startUs;
    if (this.progress === 'segment') {
      this.segment.begin(startUs, firstUs - incrementUs, incrementUs, 0, 1, steps);
      this.#setEnd(this.segment.timeAfterUs(steps));
    } else {
      this.#setEnd(startUs + firstUs);
    }
  }

  /** The segment in progress ends after `steps` steps, if it was to be longer. */
  cutTo(steps: number): void {
    if (this.progress !== 'segment' || steps >= this.segment.steps) return;
    this.segment.steps = steps;
    this.#setEnd(this.segment.timeAfterUs(steps));
  }

  /** Steps of the segment in progress that are done or running at `nowUs`. */
  stepsAt(nowUs: number): number {
    return this.segment.stepsUntil(nowUs);
  }

  /**
   * Cuts the segment in progress at the first boundary at which something new can take effect; returns the end. `urgent`: it
   * is no newcomer in the queue, and takes effect at the next boundary.
   */
  interrupt(nowUs: number, urgent: boolean): number {
    if (urgent) this.unstick();
    if (this.progress !== 'segment' || this.segment.steps === 1 || this.stuck) return this.endUs;
    const { segment } = this;
    const current = segment.stepsUntil(nowUs);
    // Decided ahead: a newcomer joins the step after the next one, so one more step passes unchanged.
    const steps = this.#ahead && !this.urgent ? Math.min(segment.steps, current + 1) : current;
    if (steps < segment.steps) {
      segment.steps = steps;
      this.#setEnd(segment.timeAfterUs(steps));
    }
    return this.endUs;
  }

  /** The step or segment ends at `nowUs`; returns its unrounded duration. */
  close(nowUs: number): number {
    assert(nowUs === this.endUs && this.progress !== 'none', 'a step ends at another time than it said');
    const { segment } = this;
    this.decidedUs = gridUs(
      this.progress === 'segment' ? segment.timeAfterUs(segment.steps - 1) : this.startUs,
    );
    this.progress = 'none';
    this.urgent = false;
    return this.#preciseEndUs - this.startUs;
  }

  /** Something came free outside of the step in progress: the next schedule may admit what the last could not. */
  unstick(): void {
    this.stuck = false;
    this.urgent = true;
  }

  #setEnd(preciseUs: number): number {
    this.#preciseEndUs = preciseUs;
    this.endUs = gridUs(preciseUs);
    return this.endUs;
  }
}
