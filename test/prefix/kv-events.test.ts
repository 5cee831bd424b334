import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBlockKeyer } from '../../src/prefix/block-keys.ts';
import { type BlockStored, engineHash, KvEventConsumer } from '../../src/prefix/kv-events.ts';
import { PRECISE_DEFAULTS, PreciseIndex } from '../../src/prefix/precise.ts';

const keyer = createBlockKeyer('xxh64', '0');

/** Keys that a request with these tokens looks for, router blocks of `size`. */
function requestKeys(model: string, tokens: readonly number[], size: number): Uint32Array {
  const blocks = Math.floor(tokens.length / size);
  const out = new Uint32Array(2 * blocks + 2);
  keyer.start(model, out, 0);
  const ids = Uint32Array.from(tokens);
  for (let i = 0; i < blocks; i++) {
    keyer.next({ tokens: ids, from: i * size, count: size, extras: null }, out, 2 * i, 2 * i + 2);
  }
  return out.subarray(2);
}

function setUp(size: number) {
  const index = new PreciseIndex(PRECISE_DEFAULTS);
  const consumer = new KvEventConsumer(index, keyer, size);
  const cached = (row: number, tokens: readonly number[], model = 'm'): number => {
    const into = { matchBlocks: new Float64Array(4), cachedBlocks: new Float64Array(4) };
    index.match(requestKeys(model, tokens, size), into);
    return into.cachedBlocks[row]!;
  };
  return { index, consumer, cached };
}

function stored(
  hashes: readonly number[],
  parent: number | null,
  tokens: readonly number[],
  blockSize: number,
): BlockStored {
  return {
    kind: 'stored',
    blockHashes: hashes.map(engineHash),
    parentHash: parent === null ? null : engineHash(parent),
    tokens: Uint32Array.from(tokens),
    blockSizeTokens: blockSize,
    medium: 'GPU',
    loraName: '',
    extraKeys: null,
    group: 0,
    specKind: '',
  };
}

const removed = (hashes: readonly number[], medium = '') =>
  ({ kind: 'removed', blockHashes: hashes.map(engineHash), medium, group: 0 }) as const;

const TOKENS = [1, 2, 3, 4, 5, 6, 7, 8];

describe('KV events', () => {
  test('stored blocks of equal size are found, from a parent too, and go when removed', () => {
    const { consumer, cached, index } = setUp(4);
    consumer.apply(1, 'm', stored([100], null, [1, 2, 3, 4], 4));
    consumer.apply(1, 'm', stored([101], 100, [5, 6, 7, 8], 4));
    expect(cached(1, TOKENS)).toBe(2);
    expect(cached(0, TOKENS)).toBe(0);
    consumer.apply(1, 'm', removed([101]));
    expect(cached(1, TOKENS)).toBe(1);
    consumer.apply(1, 'm', removed([100], 'gpu'));
    expect(index.blocks).toBe(0);
    expect(consumer.engineBlocks).toBe(0);
  });

  test('an engine block of eight tokens makes two router blocks of four', () => {
    const { consumer, cached } = setUp(4);
    consumer.apply(0, 'm', stored([100], null, TOKENS, 8));
    expect(cached(0, TOKENS)).toBe(2);
    consumer.apply(0, 'm', removed([100]));
    expect(cached(0, TOKENS)).toBe(0);
  });

  test.each([
    ['one event', [stored([100, 101], null, [1, 2, 3, 4], 2)]],
    ['two events', [stored([100], null, [1, 2], 2), stored([101], 100, [3, 4], 2)]],
  ])('two engine blocks of two tokens make one router block of four, in %s', (_, events) => {
    const { consumer, cached } = setUp(4);
    for (const event of events) consumer.apply(0, 'm', event);
    expect(cached(0, TOKENS)).toBe(1);
    consumer.apply(0, 'm', removed([100]));
    expect(cached(0, TOKENS)).toBe(0);
  });

  test('a router block is held only with all its engine blocks', () => {
    const { consumer, cached } = setUp(4);
    consumer.apply(0, 'm', stored([100, 101], null, [1, 2, 3, 4], 2));
    consumer.apply(1, 'm', stored([100], null, [1, 2], 2));
    expect(cached(1, TOKENS)).toBe(0);
    consumer.apply(1, 'm', stored([101], 100, [3, 4], 2));
    expect(cached(1, TOKENS)).toBe(1);
  });

  test('whatever the block sizes and the split into events, all whole router blocks are found', () => {
    const sizes = fc.constantFrom([4, 4], [2, 4], [4, 2], [1, 4], [8, 2], [3, 3], [6, 3], [3, 6]);
    fc.assert(
      fc.property(sizes, fc.nat(40), fc.integer({ min: 1, max: 5 }), ([engine, router], length, perEvent) => {
        const { consumer, cached, index } = setUp(router!);
        const tokens = Array.from({ length }, (_, i) => 7 * i + 1);
        const blocks = Math.floor(length / engine!);
        for (let first = 0; first < blocks; first += perEvent) {
          const count = Math.min(perEvent, blocks - first);
          const hashes = Array.from({ length: count }, (_, i) => 100 + first + i);
          const ids = tokens.slice(first * engine!, (first + count) * engine!);
          consumer.apply(0, 'm', stored(hashes, first === 0 ? null : 99 + first, ids, engine!));
        }
        expect(cached(0, tokens)).toBe(Math.floor((blocks * engine!) / router!));
        for (let block = blocks - 1; block >= 0; block--) {
          consumer.apply(0, 'm', removed([100 + block]));
          expect(cached(0, tokens)).toBe(Math.floor((block * engine!) / router!));
        }
        expect([index.blocks, consumer.engineBlocks]).toEqual([0, 0]);
      }),
    );
  });

  test('a block whose parent is unknown is skipped and counted', () => {
    const { consumer, cached } = setUp(4);
    consumer.apply(0, 'm', stored([101], 100, [5, 6, 7, 8], 4));
    expect(cached(0, [5, 6, 7, 8])).toBe(0);
    expect(consumer.counts.storesSkippedUnknownParent).toBe(1);
  });

  test('a block stored without tokens has moved to another tier', () => {
    const { consumer, cached } = setUp(4);
    consumer.apply(0, 'm', stored([100], null, [1, 2, 3, 4], 4));
    consumer.apply(0, 'm', { ...stored([100], null, [], 4), medium: 'CPU' });
    consumer.apply(0, 'm', removed([100], 'GPU'));
    expect(cached(0, TOKENS)).toBe(1);
    consumer.apply(0, 'm', removed([100], 'CPU'));
    expect(cached(0, TOKENS)).toBe(0);
  });

  test('a block stored twice goes with its second removal', () => {
    const { consumer, cached } = setUp(4);
    consumer.apply(0, 'm', stored([100], null, [1, 2, 3, 4], 4));
    consumer.apply(0, 'm', stored([100], null, [1, 2, 3, 4], 4));
    consumer.apply(0, 'm', removed([100]));
    expect(cached(0, TOKENS)).toBe(1);
    expect(consumer.counts.removalsSuppressed).toBe(1);
    consumer.apply(0, 'm', removed([100]));
    expect(cached(0, TOKENS)).toBe(0);
  });

  test('the adapter takes the place of the model in the chain', () => {
    const { consumer, cached } = setUp(4);
    consumer.apply(0, 'm', {
      ...stored([100], null, [1, 2, 3, 4], 4),
      loraName: 'sql',
      extraKeys: [['sql']],
    });
    expect(cached(0, TOKENS, 'm')).toBe(0);
    expect(cached(0, TOKENS, 'sql')).toBe(1);
  });

  test('extra keys of an engine block go into its router key, as in the request', () => {
    const { consumer, index } = setUp(4);
    consumer.apply(0, 'm', { ...stored([100], null, [1, 2, 3, 4], 4), extraKeys: [['image-hash']] });
    const hit = (extras: readonly string[] | null): number => {
      const out = new Uint32Array(4);
      keyer.start('m', out, 0);
      keyer.next({ tokens: Uint32Array.of(1, 2, 3, 4), from: 0, count: 4, extras }, out, 0, 2);
      const into = { matchBlocks: new Float64Array(4), cachedBlocks: new Float64Array(4) };
      index.match(out.subarray(2), into);
      return into.cachedBlocks[0]!;
    };
    expect([hit(['image-hash']), hit(['other']), hit(null)]).toEqual([1, 0, 0]);
  });

  test('only groups that hold the whole context are indexed', () => {
    const { consumer, cached } = setUp(4);
    consumer.apply(0, 'm', { ...stored([100], null, [1, 2, 3, 4], 4), specKind: 'full_attention' });
    consumer.apply(0, 'm', { ...stored([100], null, [1, 2, 3, 4], 4), specKind: 'sliding_window', group: 1 });
    consumer.apply(0, 'm', { ...removed([100]), group: 1 });
    expect(cached(0, TOKENS)).toBe(1);
    expect(consumer.counts).toMatchObject({ storesSkippedKind: 1, removalsSkippedKind: 1 });
  });

  test('a cleared cache forgets the endpoint and no other', () => {
    const { consumer, cached } = setUp(4);
    for (const row of [0, 1]) consumer.apply(row, 'm', stored([100], null, [1, 2, 3, 4], 4));
    consumer.apply(0, 'm', { kind: 'cleared' });
    expect([cached(0, TOKENS), cached(1, TOKENS)]).toEqual([0, 1]);
  });

  test('hashes are integers or the last eight bytes of a digest', () => {
    const digest = Uint8Array.from([9, 9, 0, 0, 0, 0, 0, 0, 1, 2]);
    expect(engineHash(digest)).toBe(engineHash(258));
    expect(engineHash(-1n)).toBe('ffffffffffffffff');
  });
});
