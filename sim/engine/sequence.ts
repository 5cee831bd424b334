/** A request inside an engine: its progress and the blocks it holds. One shape for all engines. */
import type { SimRequest } from '../workload/request.ts';
import type { Leg } from './engine.ts';

/** Where a sequence stands inside its engine. */
export type SequenceState = 'waiting' | 'loadingRemote' | 'prefilling' | 'decoding' | 'holding' | 'gone';

/** Progress of one request on one engine. Counts in tokens, times in µs. */
export class Sequence<Leaf> {
  readonly request: SimRequest;
  readonly leg: Leg;
  state: SequenceState = 'waiting';
  /** What it holds of the KV pool; the pool's kind of node is the type parameter. */
  leaf: Leaf | null = null;
  indexed = 0;
  loose = 0;
  duplicate = false;
  kept: Leaf | null = null;
  fixed = 0;
  /** Tokens whose KV is there; while decoding, kept by the DecodeSet. */
  computed = 0;
  /** Output tokens so far; while decoding, kept by the DecodeSet. */
  generated = 0;
  /** Output tokens at which it leaves the batch: its end on this engine, or (TGI) the end of a leg. */
  target: number;
  /** Tokens to compute before the next output token: the prompt, after a preemption also what was generated. */
  goal: number;
  /** Chunk scheduled in the step in progress. */
  chunk = 0;
  /** Decodes, but not in the step in progress (budget). */
  isHeldBack = false;
  /** Drafts that its next decode step verifies. */
  drafts = 0;
  /** Joined the waiting queue, for the first and for the last time. */
  readonly arrivedUs: number;
  enqueuedUs: number;
  /** Last output token; -1 before the first. */
  lastTokenUs = -1;
  /** Place in a queue that a user's policy orders. */
  rank = 0;
  /** Order of admission: the running list is sorted by it. */
  admission = 0;
  admittedBefore = false;
  /** Its client went during the step in progress: what the step computes for it is dropped. */
  aborted = false;
  /** Remote KV is (or will never be) here; tokens of it. */
  remoteTokens = 0;
  remoteDone = false;

  /** DecodeSet's: `computed` minus the step counter, step at which it ends. */
  contextBase = 0;
  finishStep = 0;
  /** Links of the list that it stands in: those that run, that load, or that hold blocks for another engine. */
  before: Sequence<Leaf> | null = null;
  after: Sequence<Leaf> | null = null;

  constructor(request: SimRequest, leg: Leg, nowUs: number) {
    this.request = request;
    this.leg = leg;
    this.target = leg === 'prefill' ? 1 : request.outputTokens;
    this.goal = request.promptTokens;
    this.arrivedUs = nowUs;
    this.enqueuedUs = nowUs;
  }
}

/**
 * Order of importance, most important first: the scenario's priority (higher is sooner), then arrival. vLLM itself counts the
 * other way round (lower is sooner): front ends negate.
 */
export function byPriority<Leaf>(a: Sequence<Leaf>, b: Sequence<Leaf>): number {
  return (
    b.request.request.priority - a.request.request.priority ||
    a.arrivedUs - b.arrivedUs ||
    a.request.request.id - b.request.request.id
  );
}

/** Doubly linked list of sequences in the order in which they joined it. A sequence stands in one list at a time. */
export class SequenceList<Leaf> {
  head: Sequence<Leaf> | null = null;
  tail: Sequence<Leaf> | null = null;
  length = 0;

  append(sequence: Sequence<Leaf>): void {
    sequence.before = this.tail;
    sequence.after = null;
    if (this.tail === null) this.head = sequence;
    else this.tail.after = sequence;
    this.tail = sequence;
    this.length += 1;
  }

  remove(sequence: Sequence<Leaf>): void {
    if (sequence.before === null) this.head = sequence.after;
    else sequence.before.after = sequence.after;
    if (sequence.after === null) this.tail = sequence.before;
    else sequence.after.before = sequence.before;
    sequence.before = null;
    sequence.after = null;
    this.length -= 1;
  }

  /** The sequence of a request; O(length). */
  find(request: SimRequest): Sequence<Leaf> | undefined {
    for (let s = this.head; s !== null; s = s.after) if (s.request === request) return s;
    return undefined;
  }

  /** From the head on; not for the hot path. */
  *[Symbol.iterator](): IterableIterator<Sequence<Leaf>> {
    for (let s = this.head; s !== null; s = s.after) yield s;
  }
}
