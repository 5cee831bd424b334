/**
 * What decoding sequences take of the KV pool while a fast-forward segment runs: the pool learns of it when the segment ends, or
 * before something is given back in its middle. One for all engines whose sequences grow with every token.
 */
import type { DecodeSet, PagePool } from './decode-set.ts';
import type { EngineSink } from './engine.ts';
import type { EngineMeters, PoolUse } from './meters.ts';
import type { Stepper } from './stepper.ts';
import type { TokenStream } from './token-stream.ts';

/** Parts of the engine whose segments these are. */
export interface GrowthParts<Leaf> {
  readonly stepper: Stepper;
  readonly set: DecodeSet<Leaf>;
  readonly pool: PagePool & PoolUse;
  readonly stream: TokenStream<Leaf>;
  readonly meters: EngineMeters;
}

/** Growth of one engine's decodes. Pages (or blocks) as the pool counts them. */
export class DecodeGrowth<Leaf> {
  readonly #parts: GrowthParts<Leaf>;

  constructor(parts: GrowthParts<Leaf>) {
    this.#parts = parts;
  }

  /** The steps that have begun by `nowUs` have their pages: something is about to give some back. */
  until(nowUs: number): void {
    const { stepper, set, pool } = this.#parts;
    if (stepper.progress === 'segment') set.take(pool, stepper.stepsAt(nowUs));
  }

  /** Pages in use at `nowUs`, those of the steps that have begun among them. */
  usedAt(nowUs: number): number {
    const { stepper, set, pool } = this.#parts;
    if (stepper.progress !== 'segment') return pool.used;
    return pool.used + set.blocksNeeded(stepper.stepsAt(nowUs)) - set.taken;
  }

  /** The segment in progress has ended after `durationUs`. */
  end(durationUs: number, nowUs: number, sink: EngineSink): void {
    const { stepper, set, pool, stream, meters } = this.#parts;
    const { segment } = stepper;
    const usedBefore = pool.used - set.taken;
    set.take(pool, segment.steps);
    stream.segment(segment, nowUs, sink);
    set.advance(segment.steps);
    meters.step(durationUs, 0, set.count, usedBefore, pool);
  }
}
