/**
 * Block keys of the precise index: a chain over full blocks of exact token ids, seeded by the hash seed and the
 * model name, in either of two algorithms. Keys are the router's own; they need not equal the engine's hashes.
 *
 *   cbor-fnv  init = FNV(seed); model key = FNV(CBOR [init, null, model]); key = FNV(CBOR [parent, [tokens], extras])
 *   xxh64     init = XXH64(seed); each link = XXH64(LE64 parent, LE32 tokens, then LE64 length + bytes per extra)
 *
 * Extras (hashes of multimodal items in the block, the cache salt in block 0) are CBOR `null` or an array of
 * one-key maps {"Hash": text}. Source: router specification 4.2 and 10.
 */
import { cborArray, cborMap, cborNull, cborText, cborUint32, cborUint64 } from '../core/cbor-hash.ts';
import { Fnv1a64 } from '../core/fnv1a64.ts';
import { utf8, utf8Length, writeUtf8 } from '../core/utf8.ts';
import { NO_SEED, packBytes, xxh64Bytes, xxh64Words } from '../core/xxh64.ts';

/** Names as in `tokenProcessorConfig.hashAlgorithm`. */
export type HashAlgorithm = 'cbor-fnv' | 'xxh64';

/** Extra key texts of one block; null or empty when it has none. */
export type BlockExtras = readonly string[] | null;

/** Makes block keys for one (algorithm, hash seed). Keys go to word arrays, low lane first. */
export interface BlockKeyer {
  /** Writes the key that a model's chains start from to out[at], out[at + 1]. */
  start(model: string, out: Uint32Array, at: number): void;
  /**
   * Writes the key that follows the parent at out[parentAt] for tokens[from .. from + count) to out[at]; `at` may
   * equal `parentAt`.
   */
  next(block: BlockTokens, out: Uint32Array, parentAt: number, at: number): void;
}

/** One full block's content. */
export interface BlockTokens {
  readonly tokens: Uint32Array;
  readonly from: number;
  readonly count: number;
  readonly extras: BlockExtras;
}

/** A keyer for that algorithm and seed. */
export function createBlockKeyer(algorithm: HashAlgorithm, hashSeed: string): BlockKeyer {
  return algorithm === 'cbor-fnv' ? new CborFnvKeyer(hashSeed) : new Xxh64Keyer(hashSeed);
}

const HASH_NAME = utf8('Hash');

class CborFnvKeyer implements BlockKeyer {
  readonly #hash = new Fnv1a64();
  readonly #init = new Uint32Array(2);

  constructor(hashSeed: string) {
    this.#hash.bytes(utf8(hashSeed));
    this.#hash.write(this.#init, 0);
  }

  start(model: string, out: Uint32Array, at: number): void {
    const hash = this.#hash;
    hash.reset();
    cborArray(hash, 3);
    cborUint64(hash, this.#init[0]!, this.#init[1]!);
    cborNull(hash);
    cborText(hash, utf8(model));
    hash.write(out, at);
  }

  next(block: BlockTokens, out: Uint32Array, parentAt: number, at: number): void {
    const hash = this.#hash;
    hash.reset();
    cborArray(hash, 3);
    cborUint64(hash, out[parentAt]!, out[parentAt + 1]!);
    cborArray(hash, block.count);
    for (let i = 0; i < block.count; i++) cborUint32(hash, block.tokens[block.from + i]!);
    if (block.extras === null || block.extras.length === 0) {
      cborNull(hash);
    } else {
      cborArray(hash, block.extras.length);
      for (const extra of block.extras) {
        cborMap(hash, 1);
        cborText(hash, HASH_NAME);
        cborText(hash, utf8(extra));
      }
    }
    hash.write(out, at);
  }
}

const NO_TOKENS = new Uint32Array(0);

class Xxh64Keyer implements BlockKeyer {
  readonly #init = new Uint32Array(2);
  #bytes = new Uint8Array(0);
  #words = new Uint32Array(128);

  constructor(hashSeed: string) {
    xxh64Bytes(utf8(hashSeed), NO_SEED, this.#init, 0);
  }

  start(model: string, out: Uint32Array, at: number): void {
    out[at] = this.#init[0]!;
    out[at + 1] = this.#init[1]!;
    this.next({ tokens: NO_TOKENS, from: 0, count: 0, extras: [model] }, out, at, at);
  }

  next(block: BlockTokens, out: Uint32Array, parentAt: number, at: number): void {
    const extras = block.extras === null ? null : this.#packExtras(block.extras);
    const extraWords = extras === null ? 0 : (extras.length + 3) >>> 2;
    const size = 2 + block.count + extraWords;
    if (size > this.#words.length) this.#words = new Uint32Array(2 * size);
    const words = this.#words;
    words[0] = out[parentAt]!;
    words[1] = out[parentAt + 1]!;
    for (let i = 0; i < block.count; i++) words[2 + i] = block.tokens[block.from + i]!;
    if (extras !== null) packBytes(extras, words.subarray(2 + block.count));
    xxh64Words(words, 0, 8 + 4 * block.count + (extras?.length ?? 0), NO_SEED, out, at);
  }

  /** LE64 byte length and UTF-8 bytes of each text, end to end. */
  #packExtras(extras: readonly string[]): Uint8Array {
    let length = 0;
    for (const extra of extras) length += 8 + utf8Length(extra);
    if (length > this.#bytes.length) this.#bytes = new Uint8Array(2 * length);
    let at = 0;
    for (const extra of extras) {
      const end = writeUtf8(extra, this.#bytes, at + 8);
      const count = end - at - 8;
      for (let i = 0; i < 8; i++) this.#bytes[at + i] = i < 4 ? (count >>> (8 * i)) & 0xff : 0;
      at = end;
    }
    return this.#bytes.subarray(0, length);
  }
}
