/**
 * FNV-1a, 64 bits, on two 32-bit lanes, fed byte by byte.
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/ (offset basis cbf29ce484222325, prime 100000001b3).
 */

/** One running FNV-1a-64 hash. */
export class Fnv1a64 {
  #lo = 0x84222325 | 0;
  #hi = 0xcbf29ce4 | 0;

  /** Back to the offset basis. */
  reset(): void {
    this.#lo = 0x84222325 | 0;
    this.#hi = 0xcbf29ce4 | 0;
  }

  /** Feeds one byte, 0 to 255. */
  byte(value: number): void {
    const lo = this.#lo ^ value;
    // h * (2^40 + 0x1b3): the high word of lo * 0x1b3 through 16-bit halves, plus lo << 8 from the 2^40 term.
    const low = (lo & 0xffff) * 0x1b3;
    const carry = ((lo >>> 16) * 0x1b3 + (low >>> 16)) >>> 16;
    this.#hi = (Math.imul(this.#hi, 0x1b3) + carry + (lo << 8)) | 0;
    this.#lo = Math.imul(lo, 0x1b3);
  }

  bytes(values: Uint8Array): void {
    for (let i = 0; i < values.length; i++) this.byte(values[i]!);
  }

  /** Writes the hash so far to out[at] (low lane) and out[at + 1]. */
  write(out: Uint32Array, at: number): void {
    out[at] = this.#lo;
    out[at + 1] = this.#hi;
  }
}
