/**
 * A chat that the decode server writes in pieces of a few tokens each, one request after another, so that its scheduler can put others
 * between them. The client sees one answer; of a streamed one each piece is an event. Source: router specification 5.2.
 */
import type { ResponseUsage, TerminationCause } from '../../routing/contract.ts';
import { Exchange, type ExchangeOptions } from '../exchange.ts';
import type { Fields } from './connectors.ts';
import { isChat } from './encode-legs.ts';
import { PrefillLeg, type PrefillOutcome } from './prefill-leg.ts';

const NO_LIMIT = Number.POSITIVE_INFINITY;

/** What a piece said. */
interface Piece {
  readonly answer: Fields;
  readonly choice: Fields;
  readonly text: string;
  readonly tokens: number;
  readonly promptTokens: number;
  readonly finishReason: unknown;
}

/** Tokens that a chat may have at most; Infinity when it names no limit. */
function budgetOf(body: Fields): number {
  for (const name of ['max_completion_tokens', 'max_tokens']) {
    const value = body[name];
    if (typeof value === 'number' && value > 0) return value;
  }
  return NO_LIMIT;
}

/**
 * The decode leg of a request: in pieces of `chunkTokens` where that is asked for (0: not), it is a chat, and the answer is one
 * text that is longer than a piece.
 */
export function decodeLeg(options: ExchangeOptions, chunkTokens: number): Exchange | ChunkedDecode {
  if (chunkTokens === 0 || options.declines !== undefined || !isChat(options.path))
    return new Exchange(options);
  const body = JSON.parse(options.body.toString('utf8')) as Fields;
  // Several answers, and calls of tools, are no text that could be continued.
  const isText = (body['n'] ?? 1) === 1 && body['tools'] === undefined;
  if (!isText || budgetOf(body) <= chunkTokens) return new Exchange(options);
  return new ChunkedDecode(options, body, chunkTokens);
}

/** One answer from several requests. */
export class ChunkedDecode {
  readonly #options: ExchangeOptions;
  readonly #chunkTokens: number;
  readonly #body: Fields;
  #leg: PrefillLeg | null = null;
  #text = '';
  #tokens = 0;
  #promptTokens = 0;
  #pieces = 0;
  #hasBegun = false;
  #isOver = false;

  /** `options` as for one request; only the first address is asked. */
  constructor(options: ExchangeOptions, body: Fields, chunkTokens: number) {
    this.#options = options;
    this.#body = body;
    this.#chunkTokens = chunkTokens;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  start(): void {
    this.#ask();
  }

  abort(cause: TerminationCause): void {
    if (this.#isOver) return;
    this.#leg?.abort();
    this.#end(cause);
  }

  #ask(): void {
    const { upstream, addresses, path, headers, idleTimeoutMs } = this.#options;
    const leg = {
      ...{ upstream, path, headers, retries: 0, backoffMs: 0, timeoutMs: idleTimeoutMs },
      address: addresses[0]!,
      body: Buffer.from(JSON.stringify(this.#nextBody())),
    };
    this.#leg = new PrefillLeg(leg, (outcome) => this.#answered(outcome));
    this.#leg.start();
  }

  /** The request for the next piece: from the second on the answer so far is continued, and KV is here already. */
  #nextBody(): Fields {
    const { stream_options: _, kv_transfer_params: transfer, ...rest } = this.#body;
    const limit = Math.min(this.#chunkTokens, budgetOf(this.#body) - this.#tokens);
    const piece = { ...rest, stream: false, max_tokens: limit, max_completion_tokens: limit };
    if (this.#pieces === 0)
      return transfer === undefined ? piece : { ...piece, kv_transfer_params: transfer };
    const messages = Array.isArray(rest['messages']) ? (rest['messages'] as unknown[]) : [];
    return {
      ...piece,
      messages: [...messages, { role: 'assistant', content: this.#text }],
      continue_final_message: true,
      add_generation_prompt: false,
    };
  }

  #answered(outcome: PrefillOutcome): void {
    const [address] = this.#options.addresses;
    this.#options.attempted(address!, !('error' in outcome));
    if ('error' in outcome) {
      this.#fail(
        503,
        `inference error: ServiceUnavailable - no endpoint answered (${outcome.error.message})`,
      );
      return;
    }
    const { status, contentType, body } = outcome;
    const piece = status < 300 ? pieceOf(body) : null;
    if (piece !== null) this.#take(piece);
    else if (status >= 300) this.#fail(status, body, contentType);
    else
      this.#fail(502, 'inference error: BadGateway - the model server did not answer with a chat completion');
  }

  #take(piece: Piece): void {
    if (this.#pieces === 0) this.#promptTokens = piece.promptTokens;
    this.#pieces += 1;
    this.#tokens += piece.tokens;
    this.#text += piece.text;
    const isCut = piece.finishReason === 'length' && this.#tokens < budgetOf(this.#body);
    // A piece without anything in it would be asked for again and again.
    const goesOn = isCut && (piece.tokens > 0 || piece.text !== '');
    if (this.#body['stream'] === true) this.#event(piece, goesOn);
    if (goesOn) this.#ask();
    else this.#finish(piece);
  }

  #event({ answer, choice, text, finishReason }: Piece, goesOn: boolean): void {
    const { usage: _, ...rest } = answer;
    const delta = { role: 'assistant', content: text };
    const event = {
      ...rest,
      object: 'chat.completion.chunk',
      choices: [{ index: choice['index'] ?? 0, delta, finish_reason: goesOn ? null : finishReason }],
    };
    this.#write('text/event-stream', `data: ${JSON.stringify(event)}\n\n`);
  }

  #finish({ answer, choice }: Piece): void {
    const usage = {
      prompt_tokens: this.#promptTokens,
      completion_tokens: this.#tokens,
      total_tokens: this.#promptTokens + this.#tokens,
    };
    if (this.#body['stream'] === true) {
      const last = JSON.stringify({ choices: [], usage });
      this.#write('text/event-stream', `data: ${last}\n\ndata: [DONE]\n\n`);
    } else {
      const message = { ...(choice['message'] as Fields), content: this.#text };
      const whole = { ...answer, usage, choices: [{ ...choice, message }] };
      this.#write('application/json', JSON.stringify(whole));
    }
    this.#options.response.end();
    this.#end('natural');
  }

  #write(contentType: string, text: string): void {
    const { response, added, passed } = this.#options;
    if (!this.#hasBegun) {
      response.writeHead(200, { 'content-type': contentType, ...Object.fromEntries(added) });
      this.#hasBegun = true;
    }
    passed(Buffer.byteLength(text));
    response.write(text);
  }

  #fail(status: number, body: Buffer | string, contentType = 'text/plain'): void {
    const { response } = this.#options;
    // Half an answer must not look whole.
    if (this.#hasBegun) response.destroy();
    else if (!response.destroyed) {
      response.writeHead(status, { 'content-type': contentType });
      response.end(body);
    }
    this.#end('error');
  }

  #end(cause: TerminationCause): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const usage: ResponseUsage = {
      promptTokens: this.#promptTokens,
      outputTokens: this.#tokens,
      cachedTokens: 0,
    };
    this.#options.ended(cause, usage);
  }
}

/** What a chat completion says; null when the text is none. */
function pieceOf(body: Buffer): Piece | null {
  try {
    const answer = JSON.parse(body.toString('utf8')) as Fields;
    const [choice] = answer['choices'] as readonly Fields[];
    const usage = (answer['usage'] ?? {}) as Fields;
    const content = (choice!['message'] as Fields)['content'];
    const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
    return {
      ...{ answer, choice: choice!, text: typeof content === 'string' ? content : '' },
      tokens: number(usage['completion_tokens']),
      promptTokens: number(usage['prompt_tokens']),
      finishReason: choice!['finish_reason'],
    };
  } catch {
    // Not JSON, or without a message: the caller answers 502.
    return null;
  }
}
