/**
 * The run-compressed radix tree: what it finds, what it evicts, and that no page is lost.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Content, type RadixHolder, RadixTree } from '../../sim/engine/kv/radix-tree.ts';

function content(pairs: readonly (readonly [number, number])[]): Content {
  return {
    prompt: { ids: pairs.map((p) => p[0]), lengths: pairs.map((p) => p[1]) },
    outputId: 1e6,
    outputTokens: 0,
  };
}

function holder(): RadixHolder {
  return { leaf: null, indexed: 0, loose: 0 };
}

function tokensOf(c: Content): string[] {
  return c.prompt.ids.flatMap((id, i) =>
    Array.from({ length: c.prompt.lengths[i]! }, (_, k) => `${id}:${k}`),
  );
}

describe('radix tree', () => {
  test('G12: 64 cached tokens give an identical prompt 63 hits and one token to compute', () => {
    const tree = new RadixTree({ capacity: 1000, pageTokens: 1, caching: true });
    const c = content([[5, 64]]);
    const first = holder();
    tree.allocate(first, 64);
    tree.cache(first, c, 64);
    expect(tree.peek(c, 63)).toBe(63);
    const second = holder();
    tree.lock(second, c, 63);
    expect(second.indexed).toBe(63);
  });

  test('a second copy of cached content is given back when it is inserted', () => {
    const tree = new RadixTree({ capacity: 1000, pageTokens: 1, caching: true });
    const c = content([[5, 64]]);
    const a = holder();
    const b = holder();
    tree.allocate(a, 64);
    tree.allocate(b, 64);
    tree.cache(a, c, 64);
    tree.cache(b, c, 64);
    expect(tree.used).toBe(64);
  });

  test('the least recently used leaf goes first, and only as many leaves as are needed', () => {
    const tree = new RadixTree({ capacity: 100, pageTokens: 1, caching: true });
    for (const id of [1, 2, 3]) {
      const h = holder();
      tree.allocate(h, 30);
      tree.cache(h, content([[id, 30]]), 30);
      tree.release(h);
    }
    const h = holder();
    tree.lock(h, content([[1, 30]]), 30);
    tree.release(h);
    tree.take(30);
    // 10 were free: the 20 that lacked are a whole leaf of 30.
    expect(tree.evictedPages).toBe(30);
    expect([1, 2, 3].map((id) => tree.peek(content([[id, 30]]), 30))).toEqual([30, 0, 30]);
  });

  test('counts what it evicts of content that may come again, and nothing else', () => {
    const tree = new RadixTree({ capacity: 80, pageTokens: 1, caching: true });
    for (const pairs of [[[1, 30]], [[-5, 40]]] as const) {
      const h = holder();
      tree.allocate(h, pairs[0][1]);
      tree.cache(h, content(pairs), pairs[0][1]);
      tree.release(h);
    }
    tree.take(10);
    expect(tree.evictedPages).toBe(0);
    tree.take(30);
    expect(tree.evictedPages).toBe(30);
    tree.take(40);
    expect(tree.evictedPages).toBe(30);
  });

  test('pages count whole: with 16-token pages 40 cached tokens are found as 2 pages', () => {
    const tree = new RadixTree({ capacity: 100, pageTokens: 16, caching: true });
    const h = holder();
    tree.allocate(h, 3);
    tree.cache(h, content([[1, 40]]), 40);
    expect(h).toMatchObject({ indexed: 2, loose: 1 });
    expect(tree.peek(content([[1, 64]]), 4)).toBe(2);
  });

  const pairs = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 12 })), {
    minLength: 1,
    maxLength: 3,
  });
  const script = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('start' as const), pairs, unique: fc.boolean() }),
      fc.record({
        kind: fc.constant('grow' as const),
        pick: fc.nat(),
        tokens: fc.integer({ min: 1, max: 10 }),
      }),
      fc.record({ kind: fc.constant('free' as const), pick: fc.nat() }),
    ),
    { maxLength: 50 },
  );

  test('keeps its books: every page is free, evictable, locked or loose; found prefixes are prefixes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 90 }), script, (capacity, steps) => {
        const tree = new RadixTree({ capacity, pageTokens: 1, caching: true });
        const live: { h: RadixHolder; c: Content; computed: number; total: number }[] = [];
        const seen = new Set<string>();
        let unique = 0;
        const grow = (l: (typeof live)[number], by: number): void => {
          const target = Math.min(l.total, l.computed + by);
          const need = target - (l.h.indexed + l.h.loose);
          if (need > tree.available) return;
          if (need > 0) tree.allocate(l.h, need);
          l.computed = target;
          tree.cache(l.h, l.c, target);
          const tokens = tokensOf(l.c);
          for (let i = 1; i <= target; i++) seen.add(tokens.slice(0, i).join());
        };
        for (const step of steps) {
          if (step.kind === 'start') {
            unique -= 1;
            const c = content(step.unique ? [...step.pairs, [unique, 5]] : step.pairs);
            const total = tokensOf(c).length;
            const l = { h: holder(), c, computed: 0, total };
            tree.lock(l.h, c, total - 1);
            l.computed = l.h.indexed;
            if (l.computed > 0) expect(seen.has(tokensOf(c).slice(0, l.computed).join())).toBe(true);
            live.push(l);
            grow(l, 5);
          } else if (live.length > 0) {
            const i = step.pick % live.length;
            if (step.kind === 'grow') grow(live[i]!, step.tokens);
            else {
              tree.release(live[i]!.h);
              live.splice(i, 1);
            }
          }
          for (const l of live) expect(l.h.indexed + l.h.loose).toBe(l.computed);
          expect(tree.free).toBeGreaterThanOrEqual(0);
          expect(tree.evictable).toBeGreaterThanOrEqual(0);
        }
        for (const l of live) tree.release(l.h);
        expect(tree.available).toBe(capacity);
        tree.take(capacity);
        expect(tree.free).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });
});
