/**
 * Reads token usage out of a response as it passes, without holding it back: the last usage of an SSE stream, or that of
 * a JSON body. OpenAI and Anthropic field names; split Anthropic events are merged.
 */
import { StringDecoder } from 'node:string_decoder';
import type { ResponseUsage } from '../routing/contract.ts';

/** Characters kept at most: longer lines and bodies are passed on unread. */
const KEPT_CHARS = 4 * 1024 * 1024;

const NEWLINE = 0x0a;
const USAGE = Buffer.from('"usage"');

/** What an answer that tells none has used. */
export const NO_USAGE: ResponseUsage = { promptTokens: 0, outputTokens: 0, cachedTokens: 0 };

type Fields = Readonly<Record<string, unknown>>;

export class UsageReader {
  readonly #isStream: boolean;
  #decoder: StringDecoder | null = null;
  #rest = '';
  #isTooLong = false;
  #prompt = 0;
  #output = 0;
  #cached = 0;

  constructor(isStream: boolean) {
    this.#isStream = isStream;
  }

  read(chunk: Buffer): void {
    if (this.#isTooLong) return;
    // Most parts of a stream are whole events that tell no usage.
    if (this.#isStream && this.#rest === '' && chunk.at(-1) === NEWLINE && !chunk.includes(USAGE)) return;
    this.#decoder ??= new StringDecoder('utf8');
    this.#rest += this.#decoder.write(chunk);
    if (this.#isStream) {
      const lines = this.#rest.split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith('data:') && line.includes('"usage"')) this.#take(line.slice(5));
      }
    }
    if (this.#rest.length > KEPT_CHARS) {
      this.#isTooLong = true;
      this.#rest = '';
    }
  }

  /** Usage at the end of the response; zeros where it told none. */
  end(): ResponseUsage {
    if (!this.#isTooLong) this.#take(this.#isStream ? this.#rest.replace(/^data:/, '') : this.#rest);
    return { promptTokens: this.#prompt, outputTokens: this.#output, cachedTokens: this.#cached };
  }

  #take(text: string): void {
    if (!text.includes('"usage"')) return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // Not JSON: the response tells no usage, and is passed on as it is.
      return;
    }
    const message = fields(fields(value)['message']);
    const usage = fields(fields(value)['usage'] ?? message['usage']);
    const cached =
      fields(usage['prompt_tokens_details'])['cached_tokens'] ?? usage['cache_read_input_tokens'];
    this.#prompt = Math.max(this.#prompt, count(usage['prompt_tokens'] ?? usage['input_tokens']));
    this.#output = Math.max(this.#output, count(usage['completion_tokens'] ?? usage['output_tokens']));
    this.#cached = Math.max(this.#cached, count(cached));
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
