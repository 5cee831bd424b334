/**
 * The token producer's estimate: the bytes of a prompt packed four to a pseudo-token, little-endian, the last one
 * zero-padded. A multimodal asset starts at a token boundary and is `count` copies of the low word of the XXH64 of its
 * URL or data. Source: router specification 3.6; its vector: "userhello world" makes 4 tokens.
 */
import { utf8, writeUtf8 } from '../core/utf8.ts';
import { NO_SEED, packBytes, xxh64Bytes } from '../core/xxh64.ts';

/** One multimodal item in a prompt. */
export interface PromptItem {
  /** Hex of the XXH64 of its URL or data, or the hash that the client gave. */
  readonly hash: string;
  /** Its place in the prompt, tokens. */
  readonly firstToken: number;
  readonly tokens: number;
}

/** One prompt as the router sees it. */
export interface Prompt {
  readonly tokens: Uint32Array;
  readonly items: readonly PromptItem[];
}

const hash = new Uint32Array(2);

/** Room that one prompt leaves to the next, unless it has grown beyond this. */
let spare: Uint8Array<ArrayBuffer> | null = null;
const SPARE_BYTES = 1024 * 1024;

/** Whether words lie in memory as they are packed. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Collects the parts of a prompt in order. */
export class PseudoTokens {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  readonly #items: PromptItem[] = [];

  constructor() {
    this.#bytes = spare ?? new Uint8Array(8192);
    spare = null;
  }

  text(text: string): void {
    // A UTF-16 unit takes at most three bytes.
    this.#need(3 * text.length);
    this.#length = writeUtf8(text, this.#bytes, this.#length);
  }

  /** An asset, named by its URL or base64 data, that counts `count` tokens. */
  asset(source: string, count: number): void {
    xxh64Bytes(utf8(source), NO_SEED, hash, 0);
    const start = Math.ceil(this.#length / 4);
    this.#need(4 * (count + 1));
    this.#bytes.fill(0, this.#length, 4 * start);
    for (let i = 0; i < count; i++) {
      for (let b = 0; b < 4; b++) this.#bytes[4 * (start + i) + b] = (hash[0]! >>> (8 * b)) & 0xff;
    }
    this.#length = 4 * (start + count);
    const hex = hash[1]!.toString(16).padStart(8, '0') + hash[0]!.toString(16).padStart(8, '0');
    this.#items.push({ hash: hex, firstToken: start, tokens: count });
  }

  /** The prompt; nothing can be added to it. */
  finish(): Prompt {
    const tokens = this.#pack();
    if (this.#bytes.length <= SPARE_BYTES) spare = this.#bytes;
    return { tokens, items: this.#items };
  }

  #pack(): Uint32Array {
    const words = Math.ceil(this.#length / 4);
    if (IS_LITTLE_ENDIAN) {
      this.#need(3);
      this.#bytes.fill(0, this.#length, 4 * words);
      return new Uint32Array(this.#bytes.buffer.slice(0, 4 * words));
    }
    const tokens = new Uint32Array(words);
    packBytes(this.#bytes.subarray(0, this.#length), tokens);
    return tokens;
  }

  #need(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const wide = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    wide.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = wide;
  }
}

/** Pseudo-tokens of plain text. */
export function estimateText(text: string): Prompt {
  const tokens = new PseudoTokens();
  tokens.text(text);
  return tokens.finish();
}
