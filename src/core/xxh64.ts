/**
 * XXH64, bit for bit, on 32-bit lanes: a 64-bit number is a (low, high) pair of words, so that no BigInt is needed
 * where block keys are made. Input is a run of 32-bit little-endian words (token ids are that already) or bytes.
 * Source: the xxHash specification, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md (2026-08).
 */

/** A 64-bit number as two unsigned 32-bit lanes. */
export interface Lanes {
  readonly lo: number;
  readonly hi: number;
}

const P1_LO = 0x85ebca87;
const P1_HI = 0x9e3779b1;
const P2_LO = 0x27d4eb4f;
const P2_HI = 0xc2b2ae3d;
const P3_LO = 0x9e3779f9;
const P3_HI = 0x165667b1;
const P4_LO = 0xc2b2ae63;
const P4_HI = 0x85ebca77;
const P5_LO = 0x165667c5;
const P5_HI = 0x27d4eb2f;

/** Index of the running hash in STATE; indexes 0, 2, 4, 6 are the four stripe accumulators. */
const HASH = 8;
/** Pairs (low, high): four accumulators, the hash, one temporary. A typed array keeps lanes unboxed. */
const STATE = new Int32Array(12);
const TEMP = 10;

/** High word of the product of two unsigned 32-bit words. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const cross = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (cross >>> 16)) | 0;
}

function multiply(at: number, lo: number, hi: number): void {
  const a = STATE[at]!;
  const b = STATE[at + 1]!;
  STATE[at] = Math.imul(a, lo);
  STATE[at + 1] = (multiplyHigh(a, lo) + Math.imul(a, hi) + Math.imul(b, lo)) | 0;
}

function add(at: number, lo: number, hi: number): void {
  const sum = (STATE[at]! + lo) | 0;
  STATE[at + 1] = (STATE[at + 1]! + hi + (sum >>> 0 < lo >>> 0 ? 1 : 0)) | 0;
  STATE[at] = sum;
}

/** Rotates left by 1 to 31 bits. */
function rotate(at: number, bits: number): void {
  const lo = STATE[at]!;
  const hi = STATE[at + 1]!;
  STATE[at] = (lo << bits) | (hi >>> (32 - bits));
  STATE[at + 1] = (hi << bits) | (lo >>> (32 - bits));
}

function xor(at: number, lo: number, hi: number): void {
  STATE[at] = STATE[at]! ^ lo;
  STATE[at + 1] = STATE[at + 1]! ^ hi;
}

function set(at: number, lo: number, hi: number): void {
  STATE[at] = lo;
  STATE[at + 1] = hi;
}

/** acc = rotl(acc + input * P2, 31) * P1. */
function round(at: number, lo: number, hi: number): void {
  const productLo = Math.imul(lo, P2_LO);
  const productHi = (multiplyHigh(lo, P2_LO) + Math.imul(lo, P2_HI) + Math.imul(hi, P2_LO)) | 0;
  const sumLo = (STATE[at]! + productLo) | 0;
  const carry = sumLo >>> 0 < productLo >>> 0 ? 1 : 0;
  const sumHi = (STATE[at + 1]! + productHi + carry) | 0;
  const turnedLo = (sumLo << 31) | (sumHi >>> 1);
  const turnedHi = (sumHi << 31) | (sumLo >>> 1);
  STATE[at] = Math.imul(turnedLo, P1_LO);
  STATE[at + 1] =
    (multiplyHigh(turnedLo, P1_LO) + Math.imul(turnedLo, P1_HI) + Math.imul(turnedHi, P1_LO)) | 0;
}

/** hash = (hash ^ round(0, acc)) * P1 + P4, for accumulator `at`. */
function mergeRound(at: number): void {
  set(TEMP, 0, 0);
  round(TEMP, STATE[at]!, STATE[at + 1]!);
  xor(HASH, STATE[TEMP]!, STATE[TEMP + 1]!);
  multiply(HASH, P1_LO, P1_HI);
  add(HASH, P4_LO, P4_HI);
}

/** Eats all whole 32-byte stripes and returns the index of the first word left. */
function eatStripes(words: Uint32Array, from: number, stripes: number): number {
  for (let at = 0; at < HASH; at += 2) eatLane(words, from + at, stripes, at);
  return from + 8 * stripes;
}

/** The rounds of one accumulator, as `round` has them, with its lanes in local variables: prompts are long, and this is all they cost. */
function eatLane(words: Uint32Array, from: number, stripes: number, at: number): void {
  let accLo = STATE[at]!;
  let accHi = STATE[at + 1]!;
  const end = from + 8 * stripes;
  for (let i = from; i < end; i += 8) {
    const lo = words[i]! | 0;
    const hi = words[i + 1]! | 0;
    const productLo = Math.imul(lo, P2_LO);
    const productHi = (multiplyHigh(lo, P2_LO) + Math.imul(lo, P2_HI) + Math.imul(hi, P2_LO)) | 0;
    const sumLo = (accLo + productLo) | 0;
    const carry = sumLo >>> 0 < productLo >>> 0 ? 1 : 0;
    const sumHi = (accHi + productHi + carry) | 0;
    const turnedLo = (sumLo << 31) | (sumHi >>> 1);
    const turnedHi = (sumHi << 31) | (sumLo >>> 1);
    accLo = Math.imul(turnedLo, P1_LO);
    accHi = (multiplyHigh(turnedLo, P1_LO) + Math.imul(turnedLo, P1_HI) + Math.imul(turnedHi, P1_LO)) | 0;
  }
  STATE[at] = accLo;
  STATE[at + 1] = accHi;
}

function startStripes(seedLo: number, seedHi: number): void {
  for (let at = 0; at < HASH; at += 2) set(at, seedLo, seedHi);
  add(0, P1_LO, P1_HI);
  add(0, P2_LO, P2_HI);
  add(2, P2_LO, P2_HI);
  // The fourth starts at seed - P1: subtract by adding the two's complement.
  add(6, -P1_LO | 0, ~P1_HI);
}

function joinStripes(): void {
  set(HASH, 0, 0);
  for (let i = 0; i < 4; i++) {
    set(TEMP, STATE[2 * i]!, STATE[2 * i + 1]!);
    // Rotations of 1, 7, 12 and 18 bits.
    rotate(TEMP, i === 0 ? 1 : i === 1 ? 7 : i === 2 ? 12 : 18);
    add(HASH, STATE[TEMP]!, STATE[TEMP + 1]!);
  }
  for (let at = 0; at < HASH; at += 2) mergeRound(at);
}

/** Mixes in what is left after the stripes: fewer than 32 bytes, from word `at`. */
function eatTail(words: Uint32Array, at: number, bytes: number): void {
  let next = at;
  let left = bytes;
  for (; left >= 8; left -= 8, next += 2) {
    set(TEMP, 0, 0);
    round(TEMP, words[next]!, words[next + 1]!);
    xor(HASH, STATE[TEMP]!, STATE[TEMP + 1]!);
    rotate(HASH, 27);
    multiply(HASH, P1_LO, P1_HI);
    add(HASH, P4_LO, P4_HI);
  }
  if (left >= 4) {
    set(TEMP, words[next]!, 0);
    multiply(TEMP, P1_LO, P1_HI);
    xor(HASH, STATE[TEMP]!, STATE[TEMP + 1]!);
    rotate(HASH, 23);
    multiply(HASH, P2_LO, P2_HI);
    add(HASH, P3_LO, P3_HI);
    left -= 4;
    next += 1;
  }
  for (let i = 0; i < left; i++) {
    set(TEMP, (words[next]! >>> (8 * i)) & 0xff, 0);
    multiply(TEMP, P5_LO, P5_HI);
    xor(HASH, STATE[TEMP]!, STATE[TEMP + 1]!);
    rotate(HASH, 11);
    multiply(HASH, P1_LO, P1_HI);
  }
}

function avalanche(): void {
  // x ^= x >> 33 touches only the low lane (and clears nothing above): low ^= high >>> 1.
  xor(HASH, STATE[HASH + 1]! >>> 1, 0);
  multiply(HASH, P2_LO, P2_HI);
  xor(HASH, (STATE[HASH]! >>> 29) | (STATE[HASH + 1]! << 3), STATE[HASH + 1]! >>> 29);
  multiply(HASH, P3_LO, P3_HI);
  xor(HASH, STATE[HASH + 1]!, 0);
}

/**
 * Hashes `bytes` bytes held little-endian in `words` from index `from`; writes the low lane to out[outAt] and the
 * high one to out[outAt + 1]. `out` may be `words` itself.
 */
export function xxh64Words(
  words: Uint32Array,
  from: number,
  bytes: number,
  seed: Lanes,
  out: Uint32Array,
  outAt: number,
): void {
  let at = from;
  if (bytes >= 32) {
    startStripes(seed.lo, seed.hi);
    at = eatStripes(words, from, bytes >>> 5);
    joinStripes();
  } else {
    set(HASH, seed.lo, seed.hi);
    add(HASH, P5_LO, P5_HI);
  }
  add(HASH, bytes | 0, bytes >= 4294967296 ? Math.floor(bytes / 4294967296) : 0);
  eatTail(words, at, bytes & 31);
  avalanche();
  out[outAt] = STATE[HASH]!;
  out[outAt + 1] = STATE[HASH + 1]!;
}

/** Seed 0, which llm-d uses everywhere. */
export const NO_SEED: Lanes = { lo: 0, hi: 0 };

let packed = new Uint32Array(256);

/** Hashes bytes; same output layout as `xxh64Words`. */
export function xxh64Bytes(bytes: Uint8Array, seed: Lanes, out: Uint32Array, outAt: number): void {
  const words = (bytes.length + 3) >>> 2;
  if (words > packed.length) packed = new Uint32Array(2 * words);
  packBytes(bytes, packed);
  xxh64Words(packed, 0, bytes.length, seed, out, outAt);
}

/** Packs bytes four to a little-endian word, the last word zero-padded. `words` must hold ceil(bytes / 4). */
export function packBytes(bytes: Uint8Array, words: Uint32Array): void {
  const whole = bytes.length >>> 2;
  for (let i = 0; i < whole; i++) {
    const at = 4 * i;
    words[i] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }
  if (whole << 2 === bytes.length) return;
  let last = 0;
  for (let at = 4 * whole; at < bytes.length; at++) last |= bytes[at]! << (8 * (at & 3));
  words[whole] = last;
}

const pair = new Uint32Array(4);

/** XXH64, seed 0, of LE64(out[firstAt]) followed by LE64(out[secondAt]), written to out[outAt]. Indexes count words. */
export function xxh64Pair(lanes: Uint32Array, firstAt: number, secondAt: number, outAt: number): void {
  pair[0] = lanes[firstAt]!;
  pair[1] = lanes[firstAt + 1]!;
  pair[2] = lanes[secondAt]!;
  pair[3] = lanes[secondAt + 1]!;
  xxh64Words(pair, 0, 16, NO_SEED, lanes, outAt);
}
