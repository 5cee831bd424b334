/**
 * A request served by two engines: prefill here, decode there, one answer to the client. What the decode-side sidecar does
 * upstream, usable in the gateway as well. Source: router specification 5.2.
 */
import { randomUUID } from 'node:crypto';
import type { ResponseUsage, TerminationCause } from '../../routing/contract.ts';
import type { Exchange, ExchangeOptions } from '../exchange.ts';
import { NO_USAGE } from '../usage-reader.ts';
import { type ChunkedDecode, decodeLeg } from './chunked-decode.ts';
import { CACHE_THRESHOLD, type Connector, type Fields, type LegContext } from './connectors.ts';
import type { EncoderConnector } from './encode-legs.ts';
import { EngineDirectory } from './engine-directory.ts';
import { PrefillLeg, type PrefillOutcome } from './prefill-leg.ts';

/** How prefill legs are run. */
export interface DisaggregationPolicy {
  readonly connector: Connector;
  /** Attempts after the first, and the pause before each. */
  readonly prefillRetries: number;
  readonly prefillBackoffMs: number;
  readonly prefillTimeoutMs: number;
  /** When prefill fails: `none` hands its failure to the client, `local` lets the decode side compute the prompt. */
  readonly fallback: 'none' | 'local';
  readonly bootstrapPort: number;
  /** How encodings reach the next leg; `none`: encode servers are not asked. */
  readonly encoderConnector: EncoderConnector;
  /** Engines can pull cached KV from peers that the router names. */
  readonly pullsFromPeers: boolean;
  /** Port of the peer tier of an endpoint. */
  readonly peerPort: (address: string) => number;
  /** Chats are written in pieces of so many tokens; 0: whole. */
  readonly decodeChunkTokens: number;
}

/** Engine ids are the same for all requests of a process. */
const DIRECTORY = new EngineDirectory();

export class TwoLegs {
  readonly #options: ExchangeOptions;
  readonly #policy: DisaggregationPolicy;
  #context: LegContext;
  readonly #fields: Fields;
  #prefill: PrefillLeg | null = null;
  #decode: Exchange | ChunkedDecode | null = null;
  #isOver = false;

  /** `options` as for the decode leg alone; `prefiller` and `source` are `host:port`s that the caller knows. */
  constructor(
    options: ExchangeOptions,
    prefiller: string,
    source: string | null,
    room: number,
    policy: DisaggregationPolicy,
  ) {
    this.#options = options;
    this.#policy = policy;
    const { bootstrapPort, peerPort } = policy;
    const transferId = `xfer-${randomUUID()}`;
    this.#context = { prefiller, source, room, transferId, bootstrapPort, peerPort, engine: null };
    this.#fields = JSON.parse(options.body.toString('utf8')) as Fields;
  }

  start(): void {
    if (this.#policy.connector.asksForEngine === true) void this.#meet();
    else this.#begin();
  }

  /** Asks for the prefill server's engine first. */
  async #meet(): Promise<void> {
    const { prefiller, bootstrapPort, room } = this.#context;
    try {
      const engine = await DIRECTORY.engineOf(prefiller, bootstrapPort, room);
      if (this.#isOver) return;
      this.#context = { ...this.#context, engine };
    } catch (error) {
      if (!this.#isOver) this.#prefilled({ error: error as Error });
      return;
    }
    this.#begin();
  }

  #begin(): void {
    const { connector } = this.#policy;
    const first = connector.decodeFirst?.(this.#fields) ?? null;
    if (first === null) {
      this.#startPrefill();
      return;
    }
    this.#startDecode(first, null, {
      declines: (beginning) => beginning.includes(`"${CACHE_THRESHOLD}"`),
      declined: () => {
        this.#decode = null;
        this.#startPrefill();
      },
    });
  }

  /** Ends both legs from this side. */
  abort(cause: TerminationCause): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#prefill?.abort();
    if (this.#decode === null) this.#options.ended(cause, NO_USAGE);
    else this.#decode.abort(cause);
  }

  /** True once bytes of an answer have gone to the client. */
  get hasBegun(): boolean {
    return this.#decode?.hasBegun ?? false;
  }

  #startPrefill(): void {
    const { connector, prefillRetries, prefillBackoffMs, prefillTimeoutMs } = this.#policy;
    const { upstream, path, headers } = this.#options;
    const leg = {
      upstream,
      address: this.#context.prefiller,
      path,
      headers: [...headers, ...Object.entries(connector.prefillHeaders?.(this.#context) ?? {}).flat()],
      body: bytes(connector.prefill(this.#fields, this.#context)),
      timeoutMs: prefillTimeoutMs,
      retries: prefillRetries,
      backoffMs: prefillBackoffMs,
    };
    this.#prefill = new PrefillLeg(leg, (outcome) => {
      // Concurrent legs meet by themselves: a prefill that fails shows as a decode that gets no KV.
      if (!connector.isConcurrent) this.#prefilled(outcome);
    });
    this.#prefill.start();
    if (connector.isConcurrent) {
      this.#startDecode(connector.decode(this.#fields, null, this.#context), null, {});
    }
  }

  #prefilled(outcome: PrefillOutcome): void {
    const { connector, fallback } = this.#policy;
    const answer = 'error' in outcome || outcome.status >= 300 ? null : jsonObject(outcome.body);
    if (answer !== null) {
      const body = connector.decode(this.#fields, answer, this.#context);
      this.#startDecode(body, connector.tellsPrefillHits === true ? cachedTokens(answer) : null, {});
    } else if (fallback === 'local') this.#startDecode(this.#fields, null, {});
    else this.#failed(outcome);
  }

  #startDecode(
    fields: Fields,
    cached: number | null,
    judged: Pick<ExchangeOptions, 'declines' | 'declined'>,
  ): void {
    const options = {
      ...this.#options,
      ...judged,
      ...(cached === null ? {} : { rewrite: (part: Buffer) => withCachedTokens(part, cached) }),
      body: bytes(fields),
      ended: (cause: TerminationCause, usage: ResponseUsage) => {
        this.#isOver = true;
        // Decode found all of the prompt in what prefill sent: the cache that counts is prefill's.
        this.#options.ended(cause, cached === null ? usage : { ...usage, cachedTokens: cached });
      },
    };
    this.#decode = decodeLeg(options, this.#policy.decodeChunkTokens);
    this.#decode.start();
  }

  /** The client gets prefill's own failure. */
  #failed(outcome: PrefillOutcome): void {
    this.#isOver = true;
    const { response, ended } = this.#options;
    ended('error', NO_USAGE);
    if (response.destroyed || response.headersSent) return;
    if ('error' in outcome) {
      response.writeHead(502, { 'content-type': 'text/plain' });
      response.end(`inference error: BadGateway - prefill failed (${outcome.error.message})`);
      return;
    }
    const isGood = outcome.status < 300;
    response.writeHead(isGood ? 502 : outcome.status, {
      'content-type': isGood ? 'text/plain' : outcome.contentType,
    });
    response.end(isGood ? 'inference error: BadGateway - prefill did not answer with JSON' : outcome.body);
  }
}

function bytes(fields: Fields): Buffer {
  return Buffer.from(JSON.stringify(fields));
}

function jsonObject(body: Buffer): Fields | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    // Not JSON: the caller answers 502.
    return null;
  }
}

/** Cached prompt tokens that prefill's usage tells; 0 when it tells none. */
function cachedTokens(answer: Fields): number {
  const usage = answer['usage'] as Fields | null | undefined;
  const details = usage?.['prompt_tokens_details'] as Fields | null | undefined;
  const cached = details?.['cached_tokens'];
  return typeof cached === 'number' ? cached : 0;
}

/** Cached tokens in a usage, as prefill counted them; engines write a usage in one piece. */
function withCachedTokens(part: Buffer, cached: number): Buffer {
  if (!part.includes('"cached_tokens"')) return part;
  const text = part.toString('latin1').replace(/"cached_tokens"\s*:\s*\d+/g, `"cached_tokens":${cached}`);
  return Buffer.from(text, 'latin1');
}
