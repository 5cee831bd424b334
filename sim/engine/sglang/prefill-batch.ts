/**
 * The prefill batch of SGLang (engines.md 2.3): the chunked request goes on, then waiting requests join in the order of the policy
 * until one finds no room. What the batch computes, and the running requests, are the engine's.
 */

import type { DecodeSet } from '../decode-set.ts';
import type { EngineSink } from '../engine.ts';
import type { Content, RadixNode } from '../kv/radix-tree.ts';
import type { Ranker } from '../scheduling-policy.ts';
import type { Sequence as EngineSequence, SequenceList } from '../sequence.ts';
import type { Stepper } from '../stepper.ts';
import type { SglangCommon } from './common.ts';
import type { SglangConfig } from './config.ts';
import { type CachedPrefix, sortWaiting } from './policy.ts';
import { DUST, PrefillBudget } from './prefill-budget.ts';
import { allowance, futureTokens, victimsByPriority } from './running.ts';

type Sequence = EngineSequence<RadixNode>;

/** How the prefill adder took a request. */
type Added = 'whole' | 'chunk' | 'noRoom';

/** The engine, or the lane of a pipeline, that the batch belongs to. */
export interface PrefillingEngine {
  readonly stepper: Stepper;
  readonly decodes: DecodeSet<RadixNode>;
  readonly running: SequenceList<RadixNode>;
  /** Order of a user's own. */
  readonly ranker: Ranker<RadixNode> | null;
  /** A running request gives its pages back and waits again. */
  retract(victim: Sequence, nowUs: number, sink: EngineSink): void;
}

/** Prefill batches of one engine, one after the other. */
export class PrefillBatch {
  /** Sequences of the batch in progress. */
  sequences: Sequence[] = [];
  /** The request whose prompt is partly done. */
  chunked: Sequence | null = null;
  /** Set when a request found no room; cleared when one ends or is retracted. */
  isFull = false;
  /** Decodes that are to run with the batch. */
  rideAlong = 0;
  #admissions = 0;
  #budget: PrefillBudget;
  readonly #config: SglangConfig;
  readonly #common: SglangCommon;
  readonly #stepper: Stepper;
  readonly #decodes: DecodeSet<RadixNode>;
  readonly #running: SequenceList<RadixNode>;
  readonly #ranker: Ranker<RadixNode> | null;
  readonly #retract: PrefillingEngine['retract'];

  constructor(config: SglangConfig, common: SglangCommon, engine: PrefillingEngine) {
    this.#config = config;
    this.#common = common;
    this.#stepper = engine.stepper;
    this.#decodes = engine.decodes;
    this.#running = engine.running;
    this.#ranker = engine.ranker;
    this.#retract = engine.retract;
    this.#budget = this.#newBudget();
  }

  /** Number of the next request that is admitted. */
  nextAdmission(): number {
    return this.#admissions++;
  }

  /** Forms the next batch; false when there is none. */
  form(nowUs: number, sink: EngineSink): boolean {
    this.sequences = [];
    // Whether anyone has to give way is looked at in every iteration.
    if (this.#config.byPriority) this.isFull = false;
    const waiting = this.#common.waiting.length > 0 && !this.isFull;
    if (!waiting && this.chunked === null) return false;
    const seats = this.#config.maxRunningRequests - this.#running.length;
    if (seats <= 0 && this.chunked === null && !this.#config.byPriority) {
      this.isFull = true;
      return false;
    }
    this.rideAlong = this.#config.mixedChunk ? this.#decodes.count : 0;
    this.#budget = this.#newBudget();
    if (this.chunked !== null) this.#continueChunked();
    if (waiting) this.#admit(seats, nowUs, sink);
    return this.sequences.length > 0;
  }

  #newBudget(): PrefillBudget {
    return new PrefillBudget({
      input: this.#config.maxPrefillTokens,
      chunk: this.#config.chunkedPrefillSize - this.rideAlong,
      reserved: futureTokens(this.#running, this.#decodes.step) * this.#common.ratio.value + this.rideAlong,
      pageTokens: this.#config.pageTokens,
    });
  }

  #continueChunked(): void {
    const sequence = this.chunked!;
    const left = sequence.goal - sequence.computed;
    const tokens = Math.min(left, this.#budget.leftChunk);
    if (tokens <= 0 || !this.#allocate(sequence, sequence.computed + tokens)) return;
    if (tokens === left) {
      this.chunked = null;
      this.#budget.reserved += allowance(sequence, sequence.generated);
    }
    this.#take(sequence, tokens);
  }

  #admit(seats: number, nowUs: number, sink: EngineSink): void {
    const page = this.#config.pageTokens;
    const cached = (s: Sequence): CachedPrefix => {
      const { node, pages } = this.#common.tree.deepest(contentOf(s), Math.floor((s.goal - 1) / page));
      return { node, tokens: pages * page };
    };
    sortWaiting(this.#common.waiting, this.#config, cached, this.#ranker);
    const { byPriority, schedulePolicy } = this.#config;
    const taken = new Set<Sequence>();
    let left = seats;
    const { lora } = this.#common;
    lora?.open(this.#runningModels());
    // Victims join the queue while it is walked: they are not for this batch.
    for (const sequence of byPriority ? [...this.#common.waiting] : this.#common.waiting) {
      if (this.#budget.isSpent) break;
      if (!byPriority && left <= taken.size) break;
      if (this.#stepper.isTooLate(sequence.enqueuedUs)) {
        if (schedulePolicy === 'fcfs' && !byPriority) break;
        continue;
      }
      if (lora !== null && !lora.fits(sequence.request.request.model)) continue;
      if (left <= taken.size) left += this.#giveWay(sequence, 1, 0, nowUs, sink);
      if (left <= taken.size) break;
      let added = this.#add(sequence, nowUs, sink);
      if (added === 'noRoom' && byPriority) {
        const victims = this.#giveWay(sequence, 0, this.#missingTokens(sequence), nowUs, sink);
        left += victims;
        if (victims > 0) added = this.#add(sequence, nowUs, sink);
      }
      if (added !== 'noRoom') taken.add(sequence);
      if (added === 'whole') continue;
      if (added === 'noRoom') this.isFull = true;
      break;
    }
    if (taken.size > 0) this.#common.waiting = this.#common.waiting.filter((s) => !taken.has(s));
  }

  *#runningModels(): Iterable<string> {
    for (let s = this.#running.head; s !== null; s = s.after) yield s.request.request.model;
    if (this.chunked !== null) yield this.chunked.request.request.model;
  }

  /** Tokens short for a waiting request: its prompt and allowance against what is not reserved. */
  #missingTokens(sequence: Sequence): number {
    const page = this.#config.pageTokens;
    const hit = this.#common.tree.peek(contentOf(sequence), Math.floor((sequence.goal - 1) / page)) * page;
    const wanted = sequence.goal - hit + allowance(sequence, sequence.generated) + page;
    return wanted - (this.#common.tree.available * page - this.#budget.reserved);
  }

  /**
   * Retracts running requests that are less important than a waiting one by more than the threshold, least important first,
   * until `seats` and `tokens` are free: all or none of them. Returns how many.
   */
  #giveWay(sequence: Sequence, seats: number, tokens: number, nowUs: number, sink: EngineSink): number {
    const { preemptionThreshold, lowPriorityFirst } = this.#config;
    const sign = lowPriorityFirst ? -1 : 1;
    const victims: Sequence[] = [];
    let missing = tokens;
    for (const running of victimsByPriority(this.#running, sign)) {
      if (victims.length >= seats && missing <= DUST) break;
      const difference = sequence.request.request.priority - running.request.request.priority;
      if (sign * difference <= preemptionThreshold) break;
      victims.push(running);
      missing -= this.#decodes.contextOf(running) + this.#promisedTo(running);
    }
    if (victims.length < seats || missing > DUST) return 0;
    for (const victim of victims) {
      this.#budget.reserved -= this.#promisedTo(victim);
      this.#retract(victim, nowUs, sink);
    }
    return victims.length;
  }

  #promisedTo(running: Sequence): number {
    return allowance(running, this.#decodes.generatedOf(running)) * this.#common.ratio.value;
  }

  /** Adds a waiting request whole or as the chunked one (engines.md 2.3, step 7). */
  #add(sequence: Sequence, nowUs: number, sink: EngineSink): Added {
    const page = this.#config.pageTokens;
    if (sequence.goal > this.#common.tree.capacity * page) {
      sequence.state = 'gone';
      sink.refused(sequence.request, 'its prompt does not fit in the token pool', nowUs);
      return 'whole';
    }
    // What came from tiers has its pages already.
    const isLoaded = sequence.remoteTokens > 0;
    if (!isLoaded) {
      this.#common.tree.lock(sequence, contentOf(sequence), Math.floor((sequence.goal - 1) / page));
    }
    const hit = isLoaded ? sequence.remoteTokens : sequence.indexed * page;
    const extend = sequence.goal - hit;
    const tokens = this.#budget.grant({
      extend,
      allowance: allowance(sequence, sequence.generated),
      available: this.#common.tree.available * page + (isLoaded ? extend + page : 0),
      engineIsEmpty: this.#running.length + this.sequences.length === 0,
      batchIsEmpty: this.sequences.length === 0,
      hasChunked: this.#common.lanes.some((lane) => lane.prefill.chunked !== null),
    });
    const reached = isLoaded || tokens === 0 ? hit : this.#common.loads.reach(sequence, hit);
    if (tokens === 0 || !this.#allocate(sequence, reached > hit ? sequence.goal : hit + tokens)) {
      if (!isLoaded) this.#common.tree.release(sequence);
      return 'noRoom';
    }
    if (reached > hit) {
      this.#loadTiers(sequence, reached, nowUs, sink);
      return 'whole';
    }
    sequence.remoteTokens = 0;
    sequence.computed = hit;
    sequence.admission = this.nextAdmission();
    sequence.state = 'prefilling';
    this.#common.lora?.join(sequence.request.request.model);
    if (!sequence.admittedBefore) {
      this.#common.meters.lookedUp(sequence.goal, hit);
    }
    sequence.admittedBefore = true;
    if (!isLoaded) sink.admitted(sequence.request, hit, nowUs);
    this.#take(sequence, tokens);
    if (tokens < extend) {
      this.chunked = sequence;
      return 'chunk';
    }
    this.#budget.reserved += allowance(sequence, sequence.generated);
    return 'whole';
  }

  #take(sequence: Sequence, tokens: number): void {
    sequence.chunk = tokens;
    this.sequences.push(sequence);
    this.#budget.spend(tokens);
  }

  /** Grows the sequence's pages to hold `tokens`; false when there are not enough. */
  #allocate(sequence: Sequence, tokens: number): boolean {
    const pages = Math.ceil(tokens / this.#config.pageTokens) - (sequence.indexed + sequence.loose);
    if (pages > this.#common.tree.available) return false;
    if (pages > 0) this.#common.tree.allocate(sequence, pages);
    return true;
  }

  /** KV of tiers is on its way; the request waits for it outside of the queue, with pages for its whole prompt. */
  #loadTiers(sequence: Sequence, reached: number, nowUs: number, sink: EngineSink): void {
    if (!sequence.admittedBefore) this.#common.meters.lookedUp(sequence.goal, reached);
    sink.admitted(sequence.request, reached, nowUs);
    this.#common.loads.start(sequence, reached, nowUs);
  }
}

/** What a sequence is found by in the radix tree. */
export function contentOf({ request, generated }: Sequence): Content {
  return { prompt: request.prompt, outputId: request.outputContentId, outputTokens: generated };
}
