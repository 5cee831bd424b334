/** The extent-based tier against one object per chunk, and hand-worked puts, reads and evictions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CachedSequence } from '../../../sim/engine/kv/block-pool.ts';
import { TierCache, type TierNode, type TierPut } from '../../../sim/engine/kv/tiers/tier-cache.ts';

const C = 4;

interface PlainChunk {
  readonly name: string;
  pins: number;
  writer: PlainPut | null;
}

interface PlainPut {
  readonly chain: PlainChunk[];
  chunks: number;
  abandoned: boolean;
}

/** One object per chunk in a map by all tokens up to its end, and a list of unpinned chunks in order of last use. */
class PlainTier {
  readonly chunks = new Map<string, PlainChunk>();
  readonly idle: PlainChunk[] = [];
  readonly capacity: number;
  readonly high: number;
  readonly low: number;

  constructor(capacity: number, high: number, low: number) {
    this.capacity = capacity;
    this.high = high;
    this.low = low;
  }

  names(tokens: string[], max: number): string[] {
    const whole = Math.min(max, Math.floor(tokens.length / C));
    return Array.from({ length: whole }, (_, i) => tokens.slice(0, (i + 1) * C).join('|'));
  }

  lookup(tokens: string[], max: number): number {
    const names = this.names(tokens, max);
    const end = names.findIndex((name) => {
      const chunk = this.chunks.get(name);
      return chunk === undefined || chunk.writer !== null;
    });
    return end < 0 ? names.length : end;
  }

  enter(tokens: string[], max: number): PlainChunk[] {
    const chain: PlainChunk[] = [];
    for (const name of this.names(tokens, max)) {
      const chunk = this.chunks.get(name);
      if (chunk === undefined) break;
      if (chunk.pins === 0) this.idle.splice(this.idle.indexOf(chunk), 1);
      chunk.pins += 1;
      chain.push(chunk);
    }
    return chain;
  }

  leave(chain: PlainChunk[]): void {
    for (const chunk of [...chain].reverse()) {
      chunk.pins -= 1;
      if (chunk.pins === 0) this.idle.push(chunk);
    }
  }

  startPut(tokens: string[], max: number): PlainPut | null {
    const names = this.names(tokens, max);
    if (names.length === 0) return null;
    const chain = this.enter(tokens, max);
    const put: PlainPut = { chain, chunks: 0, abandoned: false };
    for (const chunk of chain) {
      if (chunk.writer?.abandoned !== true) continue;
      chunk.writer = put;
      put.chunks += 1;
    }
    const missing = names.slice(chain.length);
    if (missing.length > 0 && this.chunks.size + missing.length > this.high) {
      while (this.idle.length > 0 && this.chunks.size + missing.length > this.low) {
        this.chunks.delete(this.idle.shift()!.name);
      }
    }
    for (const name of missing) {
      if (this.chunks.size >= this.capacity) break;
      const chunk: PlainChunk = { name, pins: 1, writer: put };
      this.chunks.set(name, chunk);
      chain.push(chunk);
      put.chunks += 1;
    }
    if (put.chunks > 0) return put;
    this.leave(chain);
    return null;
  }

  finish(put: PlainPut): void {
    for (const chunk of put.chain) if (chunk.writer === put) chunk.writer = null;
    this.leave(put.chain);
  }
}

const runs = fc.array(fc.tuple(fc.integer({ min: -2, max: 3 }), fc.integer({ min: 1, max: 14 })), {
  minLength: 1,
  maxLength: 4,
});
const script = fc.array(
  fc.record({
    what: fc.constantFrom('put', 'put', 'finish', 'finish', 'abandon', 'pin', 'unpin'),
    runs,
    output: fc.integer({ min: 0, max: 9 }),
    max: fc.integer({ min: 1, max: 12 }),
    pick: fc.nat(),
  }),
  { maxLength: 60 },
);

function sequenceOf(pairs: readonly (readonly [number, number])[], outputTokens: number): CachedSequence {
  return {
    prompt: { ids: pairs.map((p) => p[0]), lengths: pairs.map((p) => p[1]) },
    outputId: 99,
    outputTokens,
  };
}

function tokensOf({ prompt, outputTokens }: CachedSequence): string[] {
  const of = (id: number, length: number): string[] => Array.from({ length }, (_, k) => `${id}:${k}`);
  return [...prompt.ids.flatMap((id, i) => of(id, prompt.lengths[i]!)), ...of(99, outputTokens)];
}

function takeOne<T>(list: T[], pick: number): T | undefined {
  return list.splice(pick % Math.max(1, list.length), 1)[0];
}

describe('tier cache by extents', () => {
  test('finds, pins, evicts and turns away exactly as one object per chunk does', () => {
    const options = fc.record({
      capacity: fc.integer({ min: 4, max: 30 }),
      watermark: fc.constantFrom(1, 0.9, 0.6),
      evictionShare: fc.constantFrom(0, 0.05, 0.3),
    });
    fc.assert(
      fc.property(options, script, (o, steps) => {
        const tier = new TierCache({ ...o, chunkTokens: C });
        const high = Math.floor(o.capacity * o.watermark);
        const low = Math.max(0, high - Math.ceil(o.capacity * o.evictionShare));
        const plain = new PlainTier(o.capacity, high, low);
        const puts: [TierPut, PlainPut][] = [];
        const pins: [TierNode, PlainChunk[]][] = [];
        for (const step of steps) {
          const sequence = sequenceOf(step.runs, step.output);
          const tokens = tokensOf(sequence);
          const found = tier.lookup(sequence, step.max);
          expect(found).toBe(plain.lookup(tokens, step.max));
          if (step.what === 'put') {
            const put = tier.startPut(sequence, Math.min(step.max * C, tokens.length));
            const twin = plain.startPut(tokens, step.max);
            expect(put?.chunks).toBe(twin?.chunks);
            if (put !== null && twin !== null) puts.push([put, twin]);
          } else if (step.what === 'finish' || step.what === 'abandon') {
            const pair = takeOne(puts, step.pick);
            if (pair === undefined) continue;
            if (step.what === 'finish') {
              tier.finishPut(pair[0]);
              plain.finish(pair[1]);
            } else {
              tier.abandonPut(pair[0]);
              pair[1].abandoned = true;
              plain.leave(pair[1].chain);
            }
          } else if (step.what === 'pin') {
            pins.push([tier.pin(sequence, found), plain.enter(tokens, found)]);
          } else {
            const pair = takeOne(pins, step.pick);
            if (pair === undefined) continue;
            tier.unpin(pair[0]);
            plain.leave(pair[1]);
          }
          expect(tier.used).toBe(plain.chunks.size);
          expect(tier.used).toBeLessThanOrEqual(tier.capacity);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('what is put is found once the put is finished, in whole chunks', () => {
    const tier = new TierCache({ capacity: 10, chunkTokens: 256 });
    const sequence = sequenceOf([[7, 1000]], 0);
    const put = tier.startPut(sequence, 1000)!;
    expect(put.chunks).toBe(3);
    expect(tier.lookup(sequence, 3)).toBe(0);
    tier.finishPut(put);
    expect(tier.lookup(sequence, 3)).toBe(3);
    expect(tier.startPut(sequence, 1000)).toBeNull();
  });

  test('a watermark evicts a share at once and spares what is being read', () => {
    const tier = new TierCache({ capacity: 20, chunkTokens: C, watermark: 0.9, evictionShare: 0.2 });
    const fill = (id: number, chunks: number): CachedSequence => {
      const sequence = sequenceOf([[id, chunks * C]], 0);
      tier.finishPut(tier.startPut(sequence, chunks * C)!);
      return sequence;
    };
    const read = fill(1, 6);
    const idle = fill(2, 12);
    const pinned = tier.pin(read, 6);
    // 18 of 20 are used: one more passes the mark of 18 and evicts down to 14 with it.
    const last = fill(3, 1);
    expect(tier.used).toBe(14);
    expect([read, idle, last].map((s) => tier.lookup(s, 20))).toEqual([6, 7, 1]);
    tier.unpin(pinned);
  });

  test('what an abandoned put left is written again by the next put of it', () => {
    const tier = new TierCache({ capacity: 10, chunkTokens: C });
    const sequence = sequenceOf([[7, 5 * C]], 0);
    tier.abandonPut(tier.startPut(sequence, 3 * C)!);
    const again = tier.startPut(sequence, 5 * C)!;
    expect(again.chunks).toBe(5);
    tier.finishPut(again);
    expect(tier.lookup(sequence, 9)).toBe(5);
  });
});
