/**
 * Canonical CBOR (RFC 8949, shortest-form integers), written straight into an FNV-1a-64 hash: just the subset that
 * block keys of the precise prefix index are made of.
 */
import type { Fnv1a64 } from './fnv1a64.ts';

const UNSIGNED = 0x00;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;
const NULL = 0xf6;

/** Feeds a CBOR head: major type and an unsigned 32-bit count or value. */
function head(hash: Fnv1a64, major: number, value: number): void {
  if (value < 24) {
    hash.byte(major | value);
  } else if (value < 0x100) {
    hash.byte(major | 24);
    hash.byte(value);
  } else if (value < 0x10000) {
    hash.byte(major | 25);
    hash.byte(value >>> 8);
    hash.byte(value & 0xff);
  } else {
    hash.byte(major | 26);
    word(hash, value);
  }
}

function word(hash: Fnv1a64, value: number): void {
  hash.byte(value >>> 24);
  hash.byte((value >>> 16) & 0xff);
  hash.byte((value >>> 8) & 0xff);
  hash.byte(value & 0xff);
}

/** Feeds an unsigned integer below 2^32. */
export function cborUint32(hash: Fnv1a64, value: number): void {
  head(hash, UNSIGNED, value);
}

/** Feeds an unsigned 64-bit integer given as lanes. */
export function cborUint64(hash: Fnv1a64, lo: number, hi: number): void {
  if (hi === 0) {
    head(hash, UNSIGNED, lo);
    return;
  }
  hash.byte(UNSIGNED | 27);
  word(hash, hi);
  word(hash, lo);
}

/** Feeds the head of an array of `length` items; the items follow. */
export function cborArray(hash: Fnv1a64, length: number): void {
  head(hash, ARRAY, length);
}

/** Feeds the head of a map of `length` pairs; the pairs follow. */
export function cborMap(hash: Fnv1a64, length: number): void {
  head(hash, MAP, length);
}

/** Feeds a text string given as its UTF-8 bytes. */
export function cborText(hash: Fnv1a64, utf8: Uint8Array): void {
  head(hash, TEXT, utf8.length);
  hash.bytes(utf8);
}

export function cborNull(hash: Fnv1a64): void {
  hash.byte(NULL);
}
