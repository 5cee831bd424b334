/**
 * Thrift's compact protocol, as far as Parquet's headers need it: structs as objects by field number, everything else as it is.
 * source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md (read 2026-11-29)
 */

/** Fields by number; absent ones are undefined. */
export interface ThriftStruct {
  readonly [field: number]: ThriftValue | undefined;
}
export type ThriftValue = number | boolean | Uint8Array | ThriftStruct | readonly ThriftValue[];

export class ThriftReader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  struct(): ThriftStruct {
    const fields: Record<number, ThriftValue> = {};
    let number = 0;
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      const step = head >> 4;
      number = step === 0 ? this.#integer() : number + step;
      // A field that is true or false has its value in its type.
      const type = head & 15;
      fields[number] = type <= 2 ? type === 1 : this.#value(type);
    }
    return fields;
  }

  #value(type: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        return this.#byte() === 1;
      case 3:
        return this.#byte();
      case 4:
      case 5:
      case 6:
        return this.#integer();
      case 7:
        this.at += 8;
        return Number.NaN;
      case 8: {
        const length = this.varint();
        this.at += length;
        return this.#bytes.subarray(this.at - length, this.at);
      }
      case 9:
      case 10: {
        const head = this.#byte();
        const length = head >> 4 === 15 ? this.varint() : head >> 4;
        return Array.from({ length }, () => this.#value(head & 15));
      }
      case 12:
        return this.struct();
      default:
        throw new RangeError(`no type ${type}`);
    }
  }

  /** Seven bits a byte, least first; exact up to 2^53. */
  varint(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  #integer(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new RangeError('the end of the file');
    this.at += 1;
    return byte;
  }
}
