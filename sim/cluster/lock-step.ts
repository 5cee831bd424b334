/**
 * Data-parallel ranks of a mixture-of-experts model run in lock step (engines.md 1.8, 2.9): experts are spread over all ranks,
 * so every rank takes part in every forward pass, with a dummy batch where it has nothing to do, and each step lasts as long
 * as its slowest rank takes. vLLM learns by an all-reduce every 32 steps that nobody has work, and runs dummies until then.
 *
 * The group decides the times of its ranks' steps and nothing else. Decode segments of several steps are kept while all ranks
 * decode and one of them stays the slowest: step j of rank i lasts first_i + (j - 1) increment_i, and the leader's line is cut
 * where another one crosses it.
 */
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { Replica } from './replica.ts';

/** How the ranks of a pool hang together. */
export interface LockStepSpec {
  /** Ranks of a group. */
  readonly ranks: number;
  /** Steps between two looks whether anyone has work; 0: looked at in every step. */
  readonly stepsPerWave: number;
  /** A forward pass of one token, µs. */
  readonly dummyUs: number;
}

/** Steps of equal growth: step j (from 1) lasts `firstUs + (j - 1) incrementUs`. */
interface Pace {
  firstUs: number;
  incrementUs: number;
  steps: number;
}

const CODE_END = 1;
const CODE_BEGIN = 2;
const NEVER = Number.POSITIVE_INFINITY;

/** One group of ranks. */
export class LockStepGroup implements Component {
  readonly ranks: Replica[] = [];
  /** Steps that idle ranks spent on dummy batches, those after the last request of a wave included; rank-steps. */
  dummySteps = 0;
  readonly #spec: LockStepSpec;
  readonly #kernel: Kernel;
  readonly #target: number;
  #state: 'idle' | 'working' | 'trailing' = 'idle';
  #generation = 0;
  #beginPending = false;
  /** Unrounded times, and the pace of the steps in progress. */
  #startUs = 0;
  #preciseEndUs = -1;
  readonly #pace: Pace = { firstUs: 0, incrementUs: 0, steps: 0 };
  /** Steps since the wave began. */
  #waveSteps = 0;

  constructor(spec: LockStepSpec, kernel: Kernel) {
    this.#spec = spec;
    this.#kernel = kernel;
    this.#target = kernel.register(this);
  }

  get isFull(): boolean {
    return this.ranks.length >= this.#spec.ranks;
  }

  add(rank: Replica): void {
    this.ranks.push(rank);
    rank.group = this;
  }

  /** A rank is gone; the others go on without it. */
  remove(rank: Replica): void {
    this.ranks.splice(this.ranks.indexOf(rank), 1);
  }

  /** A rank has news: its next batch may differ. `urgent`: at the very next step. */
  wake(rank: Replica, nowUs: number, urgent: boolean): void {
    if (this.#state === 'idle') {
      this.#scheduleBegin(nowUs);
      return;
    }
    const { pace } = rank.engine;
    rank.engine.interrupt(nowUs, urgent);
    const steps = pace.progress === 'none' ? this.#stepsUntil(nowUs) : pace.steps;
    if (steps < this.#pace.steps) this.#cut(steps);
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    if (code === CODE_BEGIN) {
      this.#beginPending = false;
      if (this.#state === 'idle') this.#begin(nowUs);
      return;
    }
    if (arg !== this.#generation) return;
    const steps = this.#pace.steps;
    this.#waveSteps += steps;
    for (const rank of this.ranks) {
      if (rank.engine.pace.progress === 'none') this.dummySteps += steps;
      else rank.endStep(nowUs);
    }
    this.#state = 'idle';
    // Anything else of this instant may still bring work for the next batch.
    if (this.#kernel.isQuietBefore(PHASE.stepBegin)) this.#begin(nowUs);
    else this.#scheduleBegin(nowUs);
  }

  #begin(nowUs: number): void {
    this.#startUs = gridUs(this.#preciseEndUs) === nowUs ? this.#preciseEndUs : nowUs;
    let working = 0;
    for (const rank of this.ranks) if (rank.beginStep(nowUs) !== NEVER) working += 1;
    if (working === 0) {
      this.#trail();
      return;
    }
    this.#state = 'working';
    this.#findPace(working < this.ranks.length);
    for (const rank of this.ranks) {
      const { pace } = rank.engine;
      const { firstUs, incrementUs, steps } = this.#pace;
      if (pace.progress !== 'none') pace.follow(this.#startUs, firstUs, incrementUs, steps);
    }
    this.#scheduleEnd(this.#pace.steps);
  }

  /** Nobody has work: dummies until the wave is found to be over. */
  #trail(): void {
    const { stepsPerWave, dummyUs } = this.#spec;
    const left = stepsPerWave === 0 ? 0 : (stepsPerWave - (this.#waveSteps % stepsPerWave)) % stepsPerWave;
    if (left === 0) {
      this.#waveSteps = 0;
      this.#preciseEndUs = -1;
      return;
    }
    this.#state = 'trailing';
    this.#pace.firstUs = dummyUs;
    this.#pace.incrementUs = 0;
    this.#pace.steps = left;
    this.#scheduleEnd(left);
  }

  /** The slowest rank's pace, for as long as it stays the slowest. */
  #findPace(someIdle: boolean): void {
    const leader = this.#pace;
    leader.firstUs = someIdle ? this.#spec.dummyUs : 0;
    leader.incrementUs = 0;
    leader.steps = NEVER;
    for (const { engine } of this.ranks) {
      const { pace } = engine;
      if (pace.progress === 'none') continue;
      leader.steps = Math.min(leader.steps, pace.steps);
      const { firstUs, incrementUs } = pace;
      const slower =
        firstUs > leader.firstUs || (firstUs === leader.firstUs && incrementUs > leader.incrementUs);
      if (slower) {
        leader.firstUs = firstUs;
        leader.incrementUs = incrementUs;
      }
    }
    for (const { engine } of this.ranks) {
      const { progress, firstUs, incrementUs } = engine.pace;
      if (progress === 'none' || incrementUs <= leader.incrementUs) continue;
      const crossing = (leader.firstUs - firstUs) / (incrementUs - leader.incrementUs);
      leader.steps = Math.min(leader.steps, Math.max(1, Math.floor(crossing) + 1));
    }
  }

  /** Steps that are done or running at `nowUs`. */
  #stepsUntil(nowUs: number): number {
    let steps = 1;
    let most = this.#pace.steps;
    while (steps < most) {
      const middle = (steps + most) >> 1;
      if (gridUs(this.#timeAfterUs(middle)) >= nowUs) most = middle;
      else steps = middle + 1;
    }
    return steps;
  }

  #timeAfterUs(steps: number): number {
    const { firstUs, incrementUs } = this.#pace;
    return this.#startUs + steps * (firstUs - incrementUs) + (incrementUs * steps * (steps + 1)) / 2;
  }

  #cut(steps: number): void {
    this.#pace.steps = steps;
    for (const { engine } of this.ranks) engine.pace.cutTo(steps);
    this.#scheduleEnd(steps);
  }

  #scheduleBegin(nowUs: number): void {
    if (this.#beginPending) return;
    this.#beginPending = true;
    this.#kernel.at(nowUs, PHASE.stepBegin, this.#target, CODE_BEGIN, 0);
  }

  #scheduleEnd(steps: number): void {
    this.#preciseEndUs = this.#timeAfterUs(steps);
    this.#generation += 1;
    this.#kernel.at(gridUs(this.#preciseEndUs), PHASE.stepEnd, this.#target, CODE_END, this.#generation);
  }
}
