/**
 * Output tokens on their way to the clients: which gaps between chunks of a response a step or segment makes. One for all
 * engines.
 *
 * As a rule every token is a chunk of its own and every decoding sequence gets one a step, so that gaps are reported in
 * bulk. Engines that run prompts between decode steps (SGLang) call `stalled`: the next gap then reaches back to each
 * sequence's own last token. With `stream_interval` s above 1 a chunk goes out with the first token, then every s tokens,
 * and with the last; with drafts a step's tokens come as one chunk. Both are followed sequence by sequence.
 *
 *   s = 10, 25 tokens, steps of 1 ms   chunks at tokens 1, 11, 21, 25; gaps 10, 10, 4 ms
 */
import type { DecodeSet } from './decode-set.ts';
import type { EngineSink } from './engine.ts';
import type { Segment } from './segment.ts';
import type { Sequence, SequenceList } from './sequence.ts';

/** Which tokens after the first end a chunk: those t with (t - offset) a multiple of the interval. */
export interface StreamRule {
  /** Tokens per chunk; 1: each. */
  readonly interval: number;
  /** 1: counted from the first token (vLLM, SGLang); 0: from none (TensorRT-LLM). */
  readonly offset: 0 | 1;
}

/** Every token at once. */
export const EVERY_TOKEN: StreamRule = { interval: 1, offset: 1 };

/** The responses of one engine. Times in µs. */
export class TokenStream<Leaf> {
  /** Chunks differ from steps: each sequence's `lastTokenUs` is that of its last chunk. */
  readonly isBySequence: boolean;
  readonly #rule: StreamRule;
  readonly #running: SequenceList<Leaf>;
  readonly #set: DecodeSet<Leaf>;
  /** Steps without decodes have passed since the last decode step, which ended then. */
  #isStalled = false;
  #lastDecodeUs = 0;

  /** `running` holds at least the members of `set`. `isLane`: steps need not follow one another, as in a pipeline. */
  constructor(rule: StreamRule, running: SequenceList<Leaf>, set: DecodeSet<Leaf>, isLane = false) {
    this.#rule = rule;
    this.#running = running;
    this.#set = set;
    this.isBySequence = rule.interval > 1 || set.draftTokens > 0 || isLane;
  }

  /** A completed prompt yields a token: the first one, or after a preemption the next one. */
  promptToken(sequence: Sequence<Leaf>, nowUs: number, sink: EngineSink): void {
    sequence.generated += 1;
    if (sequence.aborted) return;
    if (sequence.generated === 1) {
      sink.firstToken(sequence.request, nowUs);
      sequence.lastTokenUs = nowUs;
    } else if (this.isBySequence) {
      this.advanced(sequence, sequence.generated - 1, sequence.generated, nowUs, sink);
    } else {
      sink.gaps(nowUs - sequence.lastTokenUs, 1);
      sequence.lastTokenUs = nowUs;
    }
  }

  /** A decoding sequence is taken out of the batch before its end: where its next gap begins. */
  interrupted(sequence: Sequence<Leaf>, nowUs: number): void {
    if (this.isBySequence) return;
    sequence.lastTokenUs = this.#isStalled ? Math.max(sequence.lastTokenUs, this.#lastDecodeUs) : nowUs;
  }

  /** One step gave each of `count` decoding sequences a token; accepted drafts besides; call before the set advances. */
  step(durationUs: number, count: number, nowUs: number, sink: EngineSink): void {
    if (count === 0) return;
    if (this.isBySequence) {
      for (let s = this.#running.head; s !== null; s = s.after) {
        if (s.state !== 'decoding' || s.isHeldBack) continue;
        const generated = this.#set.generatedOf(s);
        this.advanced(s, generated, generated + 1 + this.#set.acceptedOf(s), nowUs, sink);
      }
    } else if (this.#isStalled) {
      this.#gapsAfterStall(nowUs, sink);
    } else {
      sink.gaps(durationUs, count);
    }
    this.#isStalled = false;
    this.#lastDecodeUs = nowUs;
  }

  /** A segment gave every decoding sequence a token in each of its steps; call before the set advances. */
  segment(segment: Segment, nowUs: number, sink: EngineSink): void {
    const { steps } = segment;
    const { count } = this.#set;
    if (this.isBySequence) {
      for (let s = this.#running.head; s !== null; s = s.after) {
        if (s.state === 'decoding') this.#chunksOf(s, segment, sink);
      }
    } else {
      let first = 0;
      if (this.#isStalled) {
        this.#gapsAfterStall(segment.timeAfterUs(1), sink);
        first = 1;
      }
      if (steps > first) {
        const firstUs = segment.firstUs + first * segment.incrementUs;
        sink.gapSeries(firstUs, segment.incrementUs, steps - first, count);
      }
    }
    this.#isStalled = false;
    this.#lastDecodeUs = nowUs;
  }

  /** A step without decodes, or with newcomers whose last token is not that of the last decode step. */
  stalled(): void {
    this.#isStalled = true;
  }

  /** A sequence went from `before` to `after` tokens at `nowUs`: a chunk goes out if one is full or all is said. */
  advanced(sequence: Sequence<Leaf>, before: number, after: number, nowUs: number, sink: EngineSink): void {
    const { interval, offset } = this.#rule;
    const isFull = Math.floor((after - offset) / interval) > Math.floor((before - offset) / interval);
    if (!isFull && after < sequence.request.outputTokens) return;
    sink.gaps(nowUs - sequence.lastTokenUs, 1);
    sink.chunk?.(sequence.request, after, nowUs);
    sequence.lastTokenUs = nowUs;
  }

  #chunksOf(sequence: Sequence<Leaf>, segment: Segment, sink: EngineSink): void {
    const { interval, offset } = this.#rule;
    const before = this.#set.generatedOf(sequence);
    const after = before + segment.steps;
    let sent = before;
    const firstFull = (Math.floor((before - offset) / interval) + 1) * interval + offset;
    for (let full = firstFull; full <= after; full += interval) {
      this.advanced(sequence, full - 1, full, segment.timeAfterUs(full - before), sink);
      sent = full;
    }
    if (sent < after && after >= sequence.request.outputTokens) {
      this.advanced(sequence, sent, after, segment.timeAfterUs(segment.steps), sink);
    }
  }

  /** The first gap after a stall reaches back to each sequence's own last token. */
  #gapsAfterStall(tokenUs: number, sink: EngineSink): void {
    for (let s = this.#running.head; s !== null; s = s.after) {
      sink.gaps(tokenUs - Math.max(s.lastTokenUs, this.#lastDecodeUs), 1);
    }
  }
}
