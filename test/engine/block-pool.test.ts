/**
 * The extent-based pool against a plain per-block model of vLLM's (engines.md 1.4): a doubly linked free list, a hash per
 * full block, eviction when a block is popped, frees in reverse order.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BlockHolder,
  BlockPool,
  type CachedSequence,
  type UnhashedOrder,
} from '../../sim/engine/kv/block-pool.ts';
import type { ContentRuns } from '../../sim/workload/request.ts';

const B = 4;

interface PlainBlock {
  hash: string | null;
  refs: number;
}

/** One object per block. A second copy of a cached block is not indexed, nor is what follows it. */
class PlainPool {
  readonly free: PlainBlock[];
  readonly cached = new Map<string, PlainBlock>();
  readonly order: UnhashedOrder;

  constructor(capacity: number, order: UnhashedOrder) {
    this.order = order;
    this.free = Array.from({ length: capacity }, () => ({ hash: null, refs: 0 }));
  }

  hashes(tokens: string[]): string[] {
    const out: string[] = [];
    for (let i = 0; i + B <= tokens.length; i += B) out.push(tokens.slice(0, i + B).join('|'));
    return out;
  }

  lookup(tokens: string[], max: number): PlainBlock[] {
    const found: PlainBlock[] = [];
    for (const hash of this.hashes(tokens).slice(0, max)) {
      const block = this.cached.get(hash);
      if (block === undefined) break;
      found.push(block);
    }
    return found;
  }

  hold(blocks: PlainBlock[]): void {
    for (const block of blocks) {
      if (block.refs === 0) this.free.splice(this.free.indexOf(block), 1);
      block.refs += 1;
    }
  }

  allocate(count: number): PlainBlock[] {
    const taken = this.free.splice(0, count);
    for (const block of taken) {
      if (block.hash !== null) this.cached.delete(block.hash);
      block.hash = null;
      block.refs = 1;
    }
    return taken;
  }

  index(blocks: PlainBlock[], tokens: string[], computed: number): void {
    for (const [i, hash] of this.hashes(tokens.slice(0, computed)).entries()) {
      const block = blocks[i]!;
      if (block.hash !== null) continue;
      if (this.cached.has(hash)) return;
      block.hash = hash;
      this.cached.set(hash, block);
    }
  }

  release(blocks: PlainBlock[]): void {
    const freed = [...blocks].reverse();
    const blank: PlainBlock[] = [];
    for (const block of freed) {
      block.refs -= 1;
      if (block.refs > 0) continue;
      if (block.hash === null && this.order === 'prepend') blank.push(block);
      else this.free.push(block);
    }
    this.free.unshift(...blank);
  }
}

function emptyHolder(): BlockHolder {
  return { leaf: null, indexed: 0, loose: 0, duplicate: false, kept: null, fixed: 0 };
}

function tokensOf(runs: ContentRuns): string[] {
  return runs.ids.flatMap((id, i) => Array.from({ length: runs.lengths[i]! }, (_, k) => `${id}:${k}`));
}

const runsArbitrary = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 14 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((pairs): ContentRuns => ({ ids: pairs.map((p) => p[0]), lengths: pairs.map((p) => p[1]) }));

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('start' as const), runs: runsArbitrary, unique: fc.boolean() }),
    fc.record({
      kind: fc.constant('grow' as const),
      pick: fc.nat(),
      tokens: fc.integer({ min: 1, max: 12 }),
    }),
    fc.record({ kind: fc.constant('free' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('preempt' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('resume' as const), pick: fc.nat() }),
  ),
  { maxLength: 60 },
);

interface Live {
  runs: ContentRuns;
  tokens: string[];
  computed: number;
  holder: BlockHolder;
  blocks: PlainBlock[];
}

function compare(
  capacity: number,
  order: UnhashedOrder,
  script: typeof steps extends fc.Arbitrary<infer S> ? S : never,
) {
  const pool = new BlockPool({ capacity, blockSizeTokens: B, prefixCaching: true, unhashedOrder: order });
  // What a listener to KV events believes to be cached: the tokens up to the end of each block.
  const heard = new Set<string>();
  let removed = 0;
  const chains = (s: CachedSequence, from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, i) =>
      tokensOf(s.prompt)
        .slice(0, (from + i + 1) * B)
        .join('|'),
    );
  pool.listener = {
    stored: (s, from, to) => {
      for (const chain of chains(s, from, to)) {
        expect(heard.has(chain)).toBe(false);
        heard.add(chain);
      }
    },
    removed: (s, from, to) => {
      removed += to - from;
      for (const chain of chains(s, from, to)) expect(heard.delete(chain)).toBe(true);
    },
  };
  const plain = new PlainPool(capacity, order);
  const live: Live[] = [];
  const preempted: Live[] = [];
  let unique = 0;
  const grow = (l: Live, by: number): void => {
    const target = Math.min(l.tokens.length, l.computed + by);
    const need = Math.ceil(target / B) - l.blocks.length;
    if (need > pool.free) return;
    if (need > 0) {
      pool.allocate(l.holder, need);
      l.blocks.push(...plain.allocate(need));
    }
    l.computed = target;
    pool.index(l.holder, l.runs, 99, 0, target);
    plain.index(l.blocks, l.tokens, target);
  };
  for (const step of script) {
    if (step.kind === 'start') {
      unique -= 1;
      const runs: ContentRuns = step.unique
        ? { ids: [...step.runs.ids, unique], lengths: [...step.runs.lengths, 9] }
        : step.runs;
      const tokens = tokensOf(runs);
      const max = Math.floor((tokens.length - 1) / B);
      pool.lookup(runs, 99, 0, max);
      const found = plain.lookup(tokens, max);
      expect(pool.foundBlocks).toBe(found.length);
      const told = plain
        .hashes(tokens)
        .slice(0, max)
        .findIndex((hash) => !heard.has(hash));
      expect(told === -1 ? Math.min(max, plain.hashes(tokens).length) : told).toBe(found.length);
      expect(pool.foundFree).toBe(found.filter((b) => b.refs === 0).length);
      const l: Live = { runs, tokens, computed: found.length * B, holder: emptyHolder(), blocks: found };
      pool.hold(l.holder, runs, 99, 0);
      plain.hold(found);
      live.push(l);
      grow(l, 6);
    } else if (step.kind === 'resume') {
      const l = preempted.splice(step.pick % Math.max(1, preempted.length), 1)[0];
      if (l === undefined) continue;
      // A sequence that comes again finds what is left of its own blocks, single-use ones too.
      const max = Math.floor((l.tokens.length - 1) / B);
      pool.lookup(l.runs, 99, 0, max, l.holder.kept);
      const found = plain.lookup(l.tokens, max);
      expect(pool.foundBlocks).toBe(found.length);
      expect(pool.foundFree).toBe(found.filter((b) => b.refs === 0).length);
      pool.hold(l.holder, l.runs, 99, 0);
      plain.hold(found);
      l.blocks = found;
      l.computed = found.length * B;
      live.push(l);
      grow(l, 6);
    } else if (live.length > 0) {
      const index = step.pick % live.length;
      const l = live[index]!;
      if (step.kind === 'grow') {
        grow(l, step.tokens);
      } else if (step.kind === 'preempt') {
        // An engine preempts only what still has a token to compute.
        if (l.computed === l.tokens.length) continue;
        pool.release(l.holder, true);
        plain.release(l.blocks);
        l.blocks = [];
        live.splice(index, 1);
        preempted.push(l);
      } else {
        pool.release(l.holder);
        plain.release(l.blocks);
        live.splice(index, 1);
      }
    }
    expect(pool.free).toBe(plain.free.length);
    expect(live.every((l) => l.holder.indexed + l.holder.loose === l.blocks.length)).toBe(true);
  }
  for (const l of live) pool.release(l.holder);
  expect(pool.free).toBe(capacity);
  expect(pool.evictedBlocks).toBe(removed);
}

describe('block pool by extents', () => {
  for (const order of ['append', 'prepend'] as const) {
    test(`finds, evicts and frees exactly as one object per block does (${order})`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 8, max: 40 }), steps, (capacity, script) =>
          compare(capacity, order, script),
        ),
        { numRuns: 1500 },
      );
    });
  }

  test('counts what it evicts of content that may come again, and nothing else', () => {
    const pool = new BlockPool({
      capacity: 8,
      blockSizeTokens: 16,
      prefixCaching: true,
      unhashedOrder: 'append',
    });
    // 3 full blocks of a shared prompt and a part of a fourth; 3 full blocks of a prompt that nobody else has.
    for (const [id, tokens] of [
      [7, 56],
      [-1, 48],
    ] as const) {
      const holder = emptyHolder();
      const runs: ContentRuns = { ids: [id], lengths: [tokens] };
      pool.allocate(holder, Math.ceil(tokens / 16));
      pool.index(holder, runs, 99, 0, tokens);
      pool.release(holder);
    }
    // Free, first to go: 1 never used, the part, 3 shared, 3 of nobody else.
    const taken = [2, 1, 2, 3].map((blocks) => {
      pool.allocate(emptyHolder(), blocks);
      return pool.evictedBlocks;
    });
    expect(taken).toEqual([0, 1, 3, 3]);
  });

  test('G4: the tail of a freed sequence is evicted before its head', () => {
    const pool = new BlockPool({
      capacity: 4,
      blockSizeTokens: 16,
      prefixCaching: true,
      unhashedOrder: 'append',
    });
    const runs: ContentRuns = { ids: [7], lengths: [64] };
    const holder = emptyHolder();
    pool.allocate(holder, 4);
    pool.index(holder, runs, 99, 0, 64);
    pool.release(holder);
    pool.allocate(emptyHolder(), 1);
    pool.lookup(runs, 99, 0, 4);
    expect(pool.foundBlocks).toBe(3);
  });
});
