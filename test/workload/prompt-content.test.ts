import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modelSeed, PrefixKeys, PromptContent } from '../../sim/workload/prompt-content.ts';

type Runs = readonly (readonly [id: number, tokens: number])[];

const SEED = modelSeed('m');

function prompt(runs: Runs, seed = SEED): PromptContent {
  const tokens = runs.reduce((sum, [, n]) => sum + n, 0);
  return new PromptContent(
    runs.map(([id]) => id),
    runs.map(([, n]) => n),
    tokens,
    seed,
  );
}

/** Every token by name. */
function tokensOf(runs: Runs): string[] {
  return runs.flatMap(([id, n]) => Array.from({ length: n }, (_, offset) => `${id}:${offset}`));
}

function sharedTokens(a: readonly string[], b: readonly string[]): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i += 1;
  return i;
}

function keysOf(keys: Uint32Array): string[] {
  return Array.from({ length: keys.length / 2 }, (_, i) => `${keys[2 * i]}/${keys[2 * i + 1]}`);
}

// Few contents and short runs, so that prompts often share a part and blocks often straddle runs; large and
// single-use (negative) ids among them.
const anyRuns = fc.array(
  fc.tuple(fc.constantFrom(0, 1, 2, -1, -2, 2 ** 40, 2 ** 40 + 2 ** 33), fc.integer({ min: 0, max: 40 })),
  { maxLength: 8 },
);

describe('block keys', () => {
  test('are the same whether a shared prefix keeps its own or not, in any order of asking', () => {
    const ask = fc.record({ own: fc.integer({ min: 0, max: 30 }), most: fc.constantFrom(0, 1, 2, 3, 5, 99) });
    const blocks = fc.constantFrom(1, 4, 16);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.array(ask), blocks, (tokens, asks, block) => {
        const prefix = new PrefixKeys(7, tokens, SEED);
        for (const [i, { own, most }] of asks.entries()) {
          const runs: Runs = [
            [7, tokens],
            [-1 - i, own],
          ];
          const sharing = new PromptContent([7, -1 - i], [tokens, own], tokens + own, SEED, prefix);
          expect(keysOf(sharing.approximateKeys(block, most))).toEqual(
            keysOf(prompt(runs).approximateKeys(block, most)),
          );
        }
      }),
    );
  });

  test('full-block keys agree exactly up to the shared token prefix', () => {
    fc.assert(
      fc.property(anyRuns, anyRuns, anyRuns, fc.constantFrom(1, 4, 16), (head, a, b, block) => {
        const one = [...head, ...a];
        const two = [...head, ...b];
        const shared = Math.floor(sharedTokens(tokensOf(one), tokensOf(two)) / block);
        const keysOne = keysOf(prompt(one).preciseKeys(block));
        const keysTwo = keysOf(prompt(two).preciseKeys(block));
        expect(keysOne.length).toBe(Math.floor(tokensOf(one).length / block));
        expect(keysOne.slice(0, shared)).toEqual(keysTwo.slice(0, shared));
        for (let i = shared; i < Math.min(keysOne.length, keysTwo.length); i++) {
          expect(keysOne[i]).not.toBe(keysTwo[i]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('approximate keys are the precise ones and, for a rest, one more that tells rests apart', () => {
    fc.assert(
      fc.property(anyRuns, fc.constantFrom(4, 16), (runs, block) => {
        const tokens = tokensOf(runs).length;
        const approximate = keysOf(prompt(runs).approximateKeys(block, Number.POSITIVE_INFINITY));
        const precise = keysOf(prompt(runs).preciseKeys(block));
        expect(approximate).toHaveLength(Math.ceil(tokens / block));
        expect(approximate.slice(0, precise.length)).toEqual(precise);
        const longer = [...runs, [77, 1]] as const;
        const grown = keysOf(prompt(longer).approximateKeys(block, Number.POSITIVE_INFINITY));
        if (tokens % block !== 0) expect(grown.at(-1)).not.toBe(approximate.at(-1));
      }),
    );
  });

  test('the same contents with another boundary between them are other blocks', () => {
    const a = prompt([
      [1, 3],
      [2, 13],
    ]);
    const b = prompt([
      [1, 4],
      [2, 12],
    ]);
    expect(keysOf(a.preciseKeys(16))).not.toEqual(keysOf(b.preciseKeys(16)));
    // A content that starts again is not the same content going on.
    const again = prompt([
      [1, 16],
      [1, 16],
    ]);
    const whole = prompt([[1, 32]]);
    expect(again.preciseKeys(16)[0]).toBe(whole.preciseKeys(16)[0]);
    expect(keysOf(again.preciseKeys(16))[1]).not.toBe(keysOf(whole.preciseKeys(16))[1]);
  });

  test('maxBlocks caps the count and nothing else', () => {
    const runs: Runs = [[1, 100]];
    const all = keysOf(prompt(runs).approximateKeys(16, Number.POSITIVE_INFINITY));
    expect(all).toHaveLength(7);
    expect(keysOf(prompt(runs).approximateKeys(16, 3))).toEqual(all.slice(0, 3));
    expect(keysOf(prompt(runs).approximateKeys(16, 0))).toEqual([]);
  });

  test('answers do not depend on what was asked before', () => {
    const p = prompt([
      [1, 50],
      [2, 50],
    ]);
    const first = keysOf(p.approximateKeys(16, 100));
    p.approximateKeys(64, 100);
    p.preciseKeys(32);
    p.approximateKeys(16, 2);
    expect(keysOf(p.approximateKeys(16, 100))).toEqual(first);
    expect(p.preciseKeys(16)).toBe(p.preciseKeys(16));
  });

  test('prompts of different models share no key', () => {
    const a = keysOf(prompt([[1, 64]], modelSeed('a')).preciseKeys(16));
    const b = keysOf(prompt([[1, 64]], modelSeed('b')).preciseKeys(16));
    expect(a.filter((key) => b.includes(key))).toEqual([]);
  });

  test('either lane alone spreads: no 32-bit lane collides more than chance allows', () => {
    const low = new Set<number>();
    const high = new Set<number>();
    const prompts = 200;
    const blocks = 100;
    for (let id = 0; id < prompts; id++) {
      const keys = prompt([[id, blocks * 16]]).preciseKeys(16);
      for (let i = 0; i < blocks; i++) {
        low.add(keys[2 * i]!);
        high.add(keys[2 * i + 1]!);
      }
    }
    // 20,000 keys in 2^32: 0.05 collisions expected.
    expect(prompts * blocks - low.size).toBeLessThanOrEqual(2);
    expect(prompts * blocks - high.size).toBeLessThanOrEqual(2);
  });
});
