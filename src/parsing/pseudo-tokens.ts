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

/** Collects the parts of a prompt in order. */
export class PseudoTokens {
  #bytes = new Uint8Array(1024);
  #length = 0;
  readonly #items: PromptItem[] = [];

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

  finish(): Prompt {
    const tokens = new Uint32Array(Math.ceil(this.#length / 4));
    packBytes(this.#bytes.subarray(0, this.#length), tokens);
    return { tokens, items: this.#items };
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
