/**
 * SGLang's disaggregation (engines.md 5.1): the router sends a request to both sides at once. The decode side takes pages for
 * the whole prompt first and tells the prefill side; only then may the prefill start, so that prefill work is gated by the
 * decode side's memory. KV is pushed after every chunk, while the next one computes; the last push carries the first token.
 *
 *   prefill side   bootstrap -> waiting -> chunks, each pushed -> holding -> released when all has arrived
 *   decode side    preallocation -> loading -> running
 *
 * Not modelled: retracted requests are computed again, not copied to the host; chunks are pushed when they are done also with
 * overlap scheduling, where SGLang pushes them an iteration later.
 */
import type { EngineSink } from '../engine.ts';
import type { RadixNode, RadixTree } from '../kv/radix-tree.ts';
import type { Sequence as EngineSequence } from '../sequence.ts';

type Sequence = EngineSequence<RadixNode>;

/** Requests of either side that take no part in batches. */
export class Disaggregation {
  /** Prefill side: waits for the decode side's pages. */
  readonly #bootstrap: Sequence[] = [];
  /** Prefill side: done, its pages are still being read. */
  readonly #holding: Sequence[] = [];
  /** Decode side: waits for room, in order of arrival. */
  readonly #preallocation: Sequence[] = [];
  /** Decode side: has its pages, waits for the KV. */
  readonly #loading: Sequence[] = [];
  #failed: Sequence[] = [];
  readonly #tree: RadixTree;
  readonly #reservedTokens: number;

  /** `reservedTokens`: of output, kept free per request on the decode side. */
  constructor(tree: RadixTree, reservedTokens: number) {
    this.#tree = tree;
    this.#reservedTokens = reservedTokens;
  }

  /** Requests that count as waiting. */
  get waiting(): number {
    return this.#bootstrap.length + this.#preallocation.length + this.#loading.length;
  }

  /** The head of the preallocation queue may fit in a later step without anything ending. */
  get hasNewcomers(): boolean {
    return this.#preallocation.length > 0 && !this.#isBlocked;
  }
  #isBlocked = false;

  /** A leg of a disaggregated request arrives. */
  enqueue(sequence: Sequence): void {
    if (sequence.leg === 'prefill') this.#bootstrap.push(sequence);
    else this.#preallocation.push(sequence);
  }

  /** The decode side has pages: the leg that may go to the waiting queue. */
  takeReady(isOf: (sequence: Sequence) => boolean): Sequence | undefined {
    return takeOut(this.#bootstrap, isOf);
  }

  /** Takes pages for decode legs in order, as long as there is room; `running` requests decode. */
  preallocate(
    running: number,
    isTooLate: (sequence: Sequence) => boolean,
    nowUs: number,
    sink: EngineSink,
  ): void {
    const page = this.#tree.pageTokens;
    this.#isBlocked = false;
    for (const sequence of this.#failed) sink.refused(sequence.request, 'its KV transfer failed', nowUs);
    this.#failed = [];
    while (this.#preallocation.length > 0) {
      const sequence = this.#preallocation[0]!;
      if (isTooLate(sequence)) return;
      const others = running + this.#loading.length;
      const pages = Math.ceil(sequence.goal / page);
      if (pages > this.#tree.capacity) {
        this.#preallocation.shift();
        sequence.state = 'gone';
        sink.refused(sequence.request, 'its prompt does not fit in the token pool', nowUs);
        continue;
      }
      const wanted = sequence.goal + (others === 0 ? 0 : this.#reservedTokens * (others + 1));
      if (wanted > this.#tree.available * page || pages > this.#tree.available) {
        this.#isBlocked = true;
        return;
      }
      this.#preallocation.shift();
      this.#tree.allocate(sequence, pages);
      sequence.state = 'loadingRemote';
      sequence.admittedBefore = true;
      this.#loading.push(sequence);
      sink.loadRemote(sequence.request, sequence.goal, nowUs);
    }
  }

  /** Pushes what a chunk has completed: whole pages, and with the last chunk the rest. */
  push(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    const isLast = sequence.computed === sequence.goal;
    const page = this.#tree.pageTokens;
    const complete = isLast ? sequence.computed : Math.floor(sequence.computed / page) * page;
    const tokens = complete - sequence.remoteTokens;
    sequence.remoteTokens = complete;
    if (tokens > 0 || isLast) sink.pushKv?.(sequence.request, tokens, isLast, nowUs);
  }

  /** The KV of a decode leg has come, or will not; false when it is not here. */
  arrived(isOf: (sequence: Sequence) => boolean, ok: boolean): boolean {
    const sequence = this.#loading.find(isOf);
    if (sequence === undefined) return false;
    if (ok) {
      sequence.remoteDone = true;
      return true;
    }
    this.remove(sequence);
    this.#tree.release(sequence);
    sequence.state = 'gone';
    this.#failed.push(sequence);
    return true;
  }

  /** A decode leg whose KV has come; undefined when there is none. */
  takeLoaded(): Sequence | undefined {
    return takeOut(this.#loading, (s) => s.remoteDone);
  }

  /** A finished prefill leg keeps its pages until they are released. */
  hold(sequence: Sequence): void {
    sequence.state = 'holding';
    this.#holding.push(sequence);
  }

  findHeld(isOf: (sequence: Sequence) => boolean): Sequence | undefined {
    return this.#holding.find(isOf);
  }

  find(isOf: (sequence: Sequence) => boolean): Sequence | undefined {
    for (const list of this.#lists) {
      const found = list.find(isOf);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  remove(sequence: Sequence): void {
    for (const list of this.#lists) takeOut(list, (s) => s === sequence);
  }

  get #lists(): readonly Sequence[][] {
    return [this.#bootstrap, this.#preallocation, this.#loading, this.#holding];
  }
}

function takeOut(list: Sequence[], matches: (sequence: Sequence) => boolean): Sequence | undefined {
  const index = list.findIndex(matches);
  return index < 0 ? undefined : list.splice(index, 1)[0];
}
