import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fnv1a64 } from '../../src/core/fnv1a64.ts';
import { utf8 } from '../../src/core/utf8.ts';
import { xxh64Bytes, xxh64Pair, xxh64Words } from '../../src/core/xxh64.ts';
import { writeApproximateKeys } from '../../src/prefix/approximate-keys.ts';
import { createBlockKeyer, type HashAlgorithm } from '../../src/prefix/block-keys.ts';
import { decimal, decimals } from './lanes.ts';

const M = (1n << 64n) - 1n;
const P = [
  11400714785074694791n,
  14029467366897019727n,
  1609587929392839161n,
  9650029242287828579n,
  2870177450012600261n,
];

/** XXH64 in BigInt, straight from the published specification: the reference for the lane version. */
function xxh64Reference(bytes: Uint8Array, seed: bigint): bigint {
  const [p1, p2, p3, p4, p5] = P as [bigint, bigint, bigint, bigint, bigint];
  const rotl = (x: bigint, r: bigint): bigint => ((x << r) | (x >> (64n - r))) & M;
  const round = (acc: bigint, lane: bigint): bigint => (rotl((acc + lane * p2) & M, 31n) * p1) & M;
  const read = (at: number, count: number): bigint =>
    bytes.subarray(at, at + count).reduceRight((sum, b) => (sum << 8n) | BigInt(b), 0n);
  let at = 0;
  let h = (seed + p5) & M;
  if (bytes.length >= 32) {
    const acc = [(seed + p1 + p2) & M, (seed + p2) & M, seed, (seed - p1) & M];
    for (; at + 32 <= bytes.length; at += 32) {
      for (let i = 0; i < 4; i++) acc[i] = round(acc[i]!, read(at + 8 * i, 8));
    }
    h = (rotl(acc[0]!, 1n) + rotl(acc[1]!, 7n) + rotl(acc[2]!, 12n) + rotl(acc[3]!, 18n)) & M;
    for (const a of acc) h = ((h ^ round(0n, a)) * p1 + p4) & M;
  }
  h = (h + BigInt(bytes.length)) & M;
  for (; at + 8 <= bytes.length; at += 8) h = (rotl(h ^ round(0n, read(at, 8)), 27n) * p1 + p4) & M;
  if (at + 4 <= bytes.length) {
    h = (rotl(h ^ ((read(at, 4) * p1) & M), 23n) * p2 + p3) & M;
    at += 4;
  }
  for (; at < bytes.length; at++) h = (rotl(h ^ ((BigInt(bytes[at]!) * p5) & M), 11n) * p1) & M;
  h = ((h ^ (h >> 33n)) * p2) & M;
  h = ((h ^ (h >> 29n)) * p3) & M;
  return h ^ (h >> 32n);
}

function hashOf(bytes: Uint8Array, seed = 0n): string {
  const out = new Uint32Array(2);
  xxh64Bytes(bytes, { lo: Number(seed & 0xffffffffn), hi: Number(seed >> 32n) }, out, 0);
  return decimal(out, 0);
}

describe('XXH64', () => {
  test('the empty input has the published hash', () => {
    expect(BigInt(hashOf(new Uint8Array(0))).toString(16)).toBe('ef46db3751d8e999');
  });

  test('bytes of any length and any seed hash as the specification says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), fc.bigInt({ min: 0n, max: M }), (bytes, seed) => {
        expect(hashOf(bytes, seed)).toBe(xxh64Reference(bytes, seed).toString());
      }),
      { numRuns: 400 },
    );
  });

  test('a pair of numbers hashes as their sixteen little-endian bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const out = new Uint32Array(6);
        out.set(new Uint32Array(bytes.slice().buffer));
        xxh64Pair(out, 0, 2, 4);
        expect(decimal(out, 4)).toBe(hashOf(bytes));
      }),
    );
  });

  test('words hash as their little-endian bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 31 - 1), { maxLength: 70 }), (values) => {
        const words = Uint32Array.from(values, (v) => 2 * v + 1);
        const out = new Uint32Array(2);
        xxh64Words(words, 0, 4 * words.length, { lo: 0, hi: 0 }, out, 0);
        expect(decimal(out, 0)).toBe(hashOf(new Uint8Array(words.buffer)));
      }),
    );
  });
});

describe('FNV-1a-64', () => {
  test.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['foobar', '85944171f73967e8'],
  ])('%j has the published hash', (text, hex) => {
    const hash = new Fnv1a64();
    hash.bytes(utf8(text));
    const out = new Uint32Array(2);
    hash.write(out, 0);
    expect(BigInt(decimal(out, 0)).toString(16)).toBe(hex);
  });
});

test('UTF-8 equals the platform encoder, lone surrogates included', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.nat(0xffff).map((u) => String.fromCharCode(u)) }), (text) => {
      expect(Array.from(utf8(text))).toEqual(Array.from(new TextEncoder().encode(text)));
    }),
  );
  expect(Array.from(utf8('é€😀'))).toEqual(Array.from(new TextEncoder().encode('é€😀')));
});

/** Canonical CBOR of nested arrays, maps, text, null and unsigned integers: RFC 8949 to the letter. */
function cbor(value: unknown): number[] {
  const head = (major: number, n: bigint): number[] => {
    const size = n < 24n ? 0 : n < 256n ? 1 : n < 65536n ? 2 : n < 4294967296n ? 4 : 8;
    if (size === 0) return [(major << 5) | Number(n)];
    const digits = n.toString(16).padStart(2 * size, '0');
    return [(major << 5) | (24 + Math.log2(size)), ...Buffer.from(digits, 'hex')];
  };
  if (value === null) return [0xf6];
  if (typeof value === 'bigint') return head(0, value);
  if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value);
    return [...head(3, BigInt(bytes.length)), ...bytes];
  }
  if (Array.isArray(value)) return [...head(4, BigInt(value.length)), ...value.flatMap(cbor)];
  const fields = Object.entries(value as object);
  return [
    ...head(5, BigInt(fields.length)),
    ...fields.flatMap(([key, item]) => [...cbor(key), ...cbor(item)]),
  ];
}

function fnvReference(bytes: readonly number[]): bigint {
  return bytes.reduce((h, byte) => ((h ^ BigInt(byte)) * 0x100000001b3n) & M, 0xcbf29ce484222325n);
}

describe('block keys of the precise index', () => {
  test('cbor-fnv hashes the canonical CBOR of parent, tokens and extras', () => {
    const tokens = fc.array(fc.oneof(fc.nat(30), fc.nat(300), fc.nat(70_000), fc.nat(0x7fffffff)), {
      maxLength: 40,
    });
    const extras = fc.option(fc.array(fc.string(), { minLength: 1, maxLength: 3 }));
    const parents = fc.oneof(fc.bigInt({ min: 0n, max: M }), fc.bigInt({ min: 0n, max: 70_000n }));
    fc.assert(
      fc.property(parents, tokens, extras, (parent, ids, texts) => {
        const out = Uint32Array.of(Number(parent & 0xffffffffn), Number(parent >> 32n), 0, 0);
        const block = { tokens: Uint32Array.from(ids), from: 0, count: ids.length, extras: texts };
        createBlockKeyer('cbor-fnv', '').next(block, out, 0, 2);
        const named = texts?.map((text) => ({ Hash: text })) ?? null;
        expect(decimal(out, 2)).toBe(fnvReference(cbor([parent, ids.map(BigInt), named])).toString());
      }),
    );
  });

  function chain(
    algorithm: HashAlgorithm,
    seed: string,
    model: string,
    tokens: number[],
    size: number,
  ): string[] {
    const keyer = createBlockKeyer(algorithm, seed);
    const blocks = Math.floor(tokens.length / size);
    const out = new Uint32Array(2 * blocks + 2);
    keyer.start(model, out, 0);
    const ids = Uint32Array.from(tokens);
    for (let i = 0; i < blocks; i++) {
      keyer.next({ tokens: ids, from: i * size, count: size, extras: null }, out, 2 * i, 2 * i + 2);
    }
    return decimals(out).slice(1);
  }

  test('cbor-fnv reproduces the golden of the tokenizer end-to-end test upstream', () => {
    const tokens = [8197, 438, 322, 18926, 432, 45600, 49];
    expect(chain('cbor-fnv', '', 'ibm-granite/granite-3.1-8b-instruct', tokens, 4)).toEqual([
      '1334984470577408192',
    ]);
  });

  test('cbor-fnv chains two blocks', () => {
    expect(chain('cbor-fnv', '0', 'm1', [1, 2, 3, 4, 5, 6, 7, 8], 4)).toEqual([
      '17738554976293392485',
      '16047671841901358151',
    ]);
  });

  test('xxh64 chains two blocks', () => {
    expect(chain('xxh64', '0', 'm1', [1, 2, 3, 4, 5, 6, 7, 8], 4)).toEqual([
      '12339002987357798463',
      '7353770064476870895',
    ]);
  });

  test.each(['cbor-fnv', 'xxh64'] as const)('%s: extras change the key', (algorithm) => {
    const keyer = createBlockKeyer(algorithm, '');
    const out = new Uint32Array(8);
    keyer.start('m', out, 0);
    const block = { tokens: Uint32Array.of(1, 2), from: 0, count: 2 };
    keyer.next({ ...block, extras: null }, out, 0, 2);
    keyer.next({ ...block, extras: ['salt'] }, out, 0, 4);
    keyer.next({ ...block, extras: ['salt', 'more'] }, out, 0, 6);
    expect(new Set(decimals(out)).size).toBe(4);
  });
});

describe('block keys of the approximate index', () => {
  function chain(seedText: string, tokens: readonly number[]): string[] {
    const out = new Uint32Array(2 * Math.ceil(tokens.length / 4));
    const options = { blockSizeTokens: 4, maxBlocks: Number.POSITIVE_INFINITY };
    writeApproximateKeys(Uint32Array.from(tokens), seedText, options, out, 0);
    return decimals(out);
  }

  test('nine tokens make two full blocks and one partial one', () => {
    expect(chain('m1', [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([
      '16100380640434428707',
      '11006875608195810824',
      '1729955006894887577',
    ]);
  });

  test('the cache salt goes into the seed', () => {
    expect(chain('m1s', [1, 2, 3, 4])).toEqual(['17681140618734313588']);
  });
});
