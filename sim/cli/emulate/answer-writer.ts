/** Answers of an emulated engine in OpenAI's forms: SSE chunks as tokens come, or one JSON body at the end. */
import type { ServerResponse } from 'node:http';
import type { CallListener } from '../../emulate/emulated-engine.ts';

/** Text of one token: an engine without weights has nothing to say. */
const TOKEN_TEXT = ' token';

/** A reset discards what has not been read: the tokens before it get time to arrive. */
const RESET_DELAY_MS = 50;

/** Facts of the request that its answer repeats. */
export interface AnswerFacts {
  readonly isChat: boolean;
  readonly isStream: boolean;
  readonly includeUsage: boolean;
  readonly model: string;
  readonly id: number;
  readonly promptTokens: number;
  /** The answer ends at the client's limit, not before. */
  readonly reachesLimit: boolean;
  /** Where the KV of a prefill leg is. */
  readonly transferParams?: object;
}

export class AnswerWriter implements CallListener {
  readonly #response: ServerResponse;
  readonly #facts: AnswerFacts;
  readonly #resetAfterTokens: number | null;
  #tokens = 0;
  /** A reset is under way: nothing more is said. */
  #isBroken = false;

  /** `resetAfterTokens`: a fault that breaks the connection off after so many tokens; null: none. */
  constructor(response: ServerResponse, resetAfterTokens: number | null, facts: AnswerFacts) {
    this.#response = response;
    this.#resetAfterTokens = resetAfterTokens;
    this.#facts = facts;
  }

  tokens(count: number): void {
    const isFirst = this.#tokens === 0;
    this.#tokens += count;
    if (this.#isBroken) return;
    if (this.#resetAfterTokens !== null && this.#tokens > this.#resetAfterTokens) {
      this.#isBroken = true;
      setTimeout(() => this.#response.socket?.resetAndDestroy(), RESET_DELAY_MS);
      return;
    }
    if (!this.#facts.isStream) return;
    if (isFirst) this.#response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = TOKEN_TEXT.repeat(count);
    const choice = this.#facts.isChat ? { delta: { content: text } } : { text };
    this.#event({ choices: [{ index: 0, ...choice, finish_reason: null }] });
  }

  finished(cachedTokens: number): void {
    if (this.#isBroken) return;
    const usage = {
      prompt_tokens: this.#facts.promptTokens,
      completion_tokens: this.#tokens,
      total_tokens: this.#facts.promptTokens + this.#tokens,
      prompt_tokens_details: { cached_tokens: cachedTokens },
    };
    const finish_reason = this.#facts.reachesLimit ? 'length' : 'stop';
    if (!this.#facts.isStream) {
      const content = TOKEN_TEXT.repeat(this.#tokens);
      const choice = this.#facts.isChat ? { message: { role: 'assistant', content } } : { text: content };
      this.#response.writeHead(200, { 'content-type': 'application/json' });
      const choices = [{ index: 0, ...choice, finish_reason }];
      const { transferParams } = this.#facts;
      const transfer = transferParams === undefined ? {} : { kv_transfer_params: transferParams };
      this.#response.end(JSON.stringify({ ...this.#head(false), choices, usage, ...transfer }));
      return;
    }
    const last = this.#facts.isChat ? { delta: {} } : { text: '' };
    this.#event({ choices: [{ index: 0, ...last, finish_reason }] });
    if (this.#facts.includeUsage) this.#event({ choices: [], usage });
    this.#response.end('data: [DONE]\n\n');
  }

  /** A whole request pulls nothing. */
  loadRemote(): void {}

  refused(reason: string): void {
    if (this.#response.headersSent) {
      this.#response.destroy();
      return;
    }
    this.#response.writeHead(400, { 'content-type': 'application/json' });
    this.#response.end(JSON.stringify({ error: { message: reason, type: 'BadRequestError', code: 400 } }));
  }

  #event(fields: object): void {
    this.#response.write(`data: ${JSON.stringify({ ...this.#head(true), ...fields })}\n\n`);
  }

  #head(isChunk: boolean): object {
    const { isChat, id, model } = this.#facts;
    const object = isChat ? `chat.completion${isChunk ? '.chunk' : ''}` : 'text_completion';
    return { id: `${isChat ? 'chatcmpl' : 'cmpl'}-${id}`, object, created: 0, model };
  }
}
