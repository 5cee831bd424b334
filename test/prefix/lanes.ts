/** 64-bit numbers of tests: decimal text from lanes, lanes from BigInt. */

/** The number at words[at], words[at + 1] in decimal. */
export function decimal(words: Uint32Array, at: number): string {
  return ((BigInt(words[at + 1]!) << 32n) | BigInt(words[at]!)).toString();
}

/** All numbers of a key array in decimal. */
export function decimals(words: Uint32Array): string[] {
  return Array.from({ length: words.length / 2 }, (_, i) => decimal(words, 2 * i));
}

/** Lanes of `values`, low first. */
export function lanes(values: readonly bigint[]): Uint32Array {
  return Uint32Array.from(values.flatMap((v) => [Number(v & 0xffffffffn), Number(v >> 32n)]));
}
