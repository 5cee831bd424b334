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
/** Pairs (low, high). A typed array keeps lanes unboxed; within a function they stand in local variables. */
const STATE = new Int32Array(10);

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

/** High lane of the product of two 64-bit numbers; the low one is `Math.imul(aLo, bLo)`. */
function productHigh(aLo: number, aHi: number, bLo: number, bHi: number): number {
  return (multiplyHigh(aLo, bLo) + Math.imul(aLo, bHi) + Math.imul(aHi, bLo)) | 0;
}

/** High lane of the sum of two 64-bit numbers; the low one is `(aLo + bLo) | 0`. */
function sumHigh(aLo: number, aHi: number, bLo: number, bHi: number): number {
  const carry = ((aLo + bLo) | 0) >>> 0 < bLo >>> 0 ? 1 : 0;
  return (aHi + bHi + carry) | 0;
}

function set(at: number, lo: number, hi: number): void {
  STATE[at] = lo;
  STATE[at + 1] = hi;
}

/** STATE[at] += the number. */
function add(at: number, lo: number, hi: number): void {
  const oldLo = STATE[at]!;
  STATE[at + 1] = sumHigh(oldLo, STATE[at + 1]!, lo, hi);
  STATE[at] = (oldLo + lo) | 0;
}

/** Eats all whole 32-byte stripes and returns the index of the first word left. */
function eatStripes(words: Uint32Array, from: number, stripes: number): number {
  for (let at = 0; at < HASH; at += 2) eatLane(words, from + at, stripes, at);
  return from + 8 * stripes;
}

/** The rounds of one accumulator: acc = rotl(acc + input * P2, 31) * P1. Prompts are long, and this is what they cost. */
function eatLane(words: Uint32Array, from: number, stripes: number, at: number): void {
  let lo = STATE[at]!;
  let hi = STATE[at + 1]!;
  const end = from + 8 * stripes;
  for (let i = from; i < end; i += 8) {
    const inLo = words[i]! | 0;
    const productLo = Math.imul(inLo, P2_LO);
    const sumLo = (lo + productLo) | 0;
    const sumHi = sumHigh(lo, hi, productLo, productHigh(inLo, words[i + 1]! | 0, P2_LO, P2_HI));
    const turnedLo = (sumLo << 31) | (sumHi >>> 1);
    hi = productHigh(turnedLo, (sumHi << 31) | (sumLo >>> 1), P1_LO, P1_HI);
    lo = Math.imul(turnedLo, P1_LO);
  }
  set(at, lo, hi);
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
  for (let at = 0; at < HASH; at += 2) {
    const lo = STATE[at]!;
    const hi = STATE[at + 1]!;
    const bits = at === 0 ? 1 : at === 2 ? 7 : at === 4 ? 12 : 18;
    add(HASH, (lo << bits) | (hi >>> (32 - bits)), (hi << bits) | (lo >>> (32 - bits)));
  }
  for (let at = 0; at < HASH; at += 2) absorb(STATE[at]!, STATE[at + 1]!, false);
}

/** hash = (hash ^ rotl(input * P2, 31) * P1) * P1 + P4, with a turn of 27 bits before the last product if `turns`. */
function absorb(inLo: number, inHi: number, turns: boolean): void {
  const productLo = Math.imul(inLo, P2_LO);
  const productHi = productHigh(inLo, inHi, P2_LO, P2_HI);
  const turnedLo = (productLo << 31) | (productHi >>> 1);
  let hi = STATE[HASH + 1]! ^ productHigh(turnedLo, (productHi << 31) | (productLo >>> 1), P1_LO, P1_HI);
  let lo = STATE[HASH]! ^ Math.imul(turnedLo, P1_LO);
  if (turns) {
    const before = lo;
    lo = (lo << 27) | (hi >>> 5);
    hi = (hi << 27) | (before >>> 5);
  }
  const timesLo = Math.imul(lo, P1_LO);
  STATE[HASH + 1] = sumHigh(timesLo, productHigh(lo, hi, P1_LO, P1_HI), P4_LO, P4_HI);
  STATE[HASH] = timesLo + P4_LO;
}

/** Mixes in what is left after the stripes: fewer than 32 bytes, from word `at`. */
function eatTail(words: Uint32Array, at: number, bytes: number): void {
  let next = at;
  let left = bytes;
  for (; left >= 8; left -= 8, next += 2) absorb(words[next]! | 0, words[next + 1]! | 0, true);
  if (left >= 4) {
    eatWord(words[next]! | 0);
    left -= 4;
    next += 1;
  }
  for (let i = 0; i < left; i++) eatByte((words[next]! >>> (8 * i)) & 0xff);
}

/** hash = rotl(hash ^ word * P1, 23) * P2 + P3. */
function eatWord(word: number): void {
  const lo = STATE[HASH]! ^ Math.imul(word, P1_LO);
  const hi = STATE[HASH + 1]! ^ productHigh(word, 0, P1_LO, P1_HI);
  const turnedLo = (lo << 23) | (hi >>> 9);
  set(HASH, Math.imul(turnedLo, P2_LO), productHigh(turnedLo, (hi << 23) | (lo >>> 9), P2_LO, P2_HI));
  add(HASH, P3_LO, P3_HI);
}

/** hash = rotl(hash ^ byte * P5, 11) * P1. */
function eatByte(byte: number): void {
  const lo = STATE[HASH]! ^ Math.imul(byte, P5_LO);
  const hi = STATE[HASH + 1]! ^ productHigh(byte, 0, P5_LO, P5_HI);
  const turnedLo = (lo << 11) | (hi >>> 21);
  set(HASH, Math.imul(turnedLo, P1_LO), productHigh(turnedLo, (hi << 11) | (lo >>> 21), P1_LO, P1_HI));
}

function avalanche(): void {
  // x ^= x >> 33 touches only the low lane (and clears nothing above): low ^= high >>> 1.
  const hi1 = STATE[HASH + 1]!;
  const lo1 = STATE[HASH]! ^ (hi1 >>> 1);
  const hi2 = productHigh(lo1, hi1, P2_LO, P2_HI);
  const lo2 = Math.imul(lo1, P2_LO);
  const hi3 = hi2 ^ (hi2 >>> 29);
  const lo3 = lo2 ^ ((lo2 >>> 29) | (hi2 << 3));
  const hi4 = productHigh(lo3, hi3, P3_LO, P3_HI);
  set(HASH, Math.imul(lo3, P3_LO) ^ hi4, hi4);
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
