/**
 * A request by the stages that the router has named: encode, then prefill and decode, then decode alone, whatever of these applies.
 * Source: router specification 5.2.
 */

import type { TerminationCause } from '../../routing/contract.ts';
import { ENCODE_HEADER, PREFILL_HEADER } from '../../routing/profiles/disagg-headers.ts';
import type { Exchange, ExchangeOptions } from '../exchange.ts';
import { type ChunkedDecode, decodeLeg } from './chunked-decode.ts';
import { type Fields, withSource } from './connectors.ts';
import { EncodeLegs, isChat, itemsOf } from './encode-legs.ts';
import { type DisaggregationPolicy, TwoLegs } from './two-legs.ts';

export const SOURCE_HEADER = 'x-kv-cache-source-host-port';

/** Endpoints of the stages, `host:port`; each is known to the caller. */
export interface Stages {
  readonly prefiller: string | null;
  readonly encoders: readonly string[];
  /** Endpoint from which cached KV is to be pulled. */
  readonly source: string | null;
}

/** The request goes to its endpoint as it is. */
export const NO_STAGES: Stages = { prefiller: null, encoders: [], source: null };

/** Headers that name stages, lower case. */
export const STAGE_HEADERS = [PREFILL_HEADER, ENCODE_HEADER, SOURCE_HEADER] as const;

/** Stages that headers name; null: the request goes to its endpoint as it is. Of several prefill servers the first is taken. */
export function stagesOf(header: (name: string) => string | undefined): Stages | null {
  const list = (name: string): string[] => (header(name) ?? '').split(',').flatMap((one) => one.trim() || []);
  const [prefiller = null] = list(PREFILL_HEADER);
  const [source = null] = list(SOURCE_HEADER);
  const encoders = list(ENCODE_HEADER);
  return prefiller === null && source === null && encoders.length === 0
    ? null
    : { prefiller, source, encoders };
}

export class Staged {
  readonly #options: ExchangeOptions;
  readonly #stages: Stages;
  readonly #room: number;
  readonly #policy: DisaggregationPolicy;
  #encode: EncodeLegs | null = null;
  #rest: Exchange | ChunkedDecode | TwoLegs | null = null;
  #isOver = false;

  /** `options` as for the decode leg alone, with a JSON object for a body. */
  constructor(options: ExchangeOptions, stages: Stages, room: number, policy: DisaggregationPolicy) {
    this.#options = options;
    this.#stages = stages;
    this.#room = room;
    this.#policy = policy;
  }

  start(): void {
    const { upstream, headers, path, body } = this.#options;
    const { encoders } = this.#stages;
    const { encoderConnector, prefillTimeoutMs } = this.#policy;
    if (encoderConnector === 'none' || encoders.length === 0 || !isChat(path)) {
      this.#serve(body);
      return;
    }
    const fields = JSON.parse(body.toString('utf8')) as Fields;
    const items = itemsOf(fields);
    if (items.length === 0) {
      this.#serve(body);
      return;
    }
    const options = {
      ...{ upstream, encoders, headers, body: fields },
      ...{ connector: encoderConnector, timeoutMs: prefillTimeoutMs },
    };
    this.#encode = new EncodeLegs(options, items, (outcome) => {
      if (outcome instanceof Error) this.#failed(outcome);
      else this.#serve(Buffer.from(JSON.stringify(outcome)));
    });
    this.#encode.start();
  }

  abort(cause: TerminationCause): void {
    if (this.#rest !== null) this.#rest.abort(cause);
    else if (!this.#isOver) {
      this.#isOver = true;
      this.#encode?.abort();
      this.#options.ended(cause, NO_USAGE);
    }
  }

  get hasBegun(): boolean {
    return this.#rest?.hasBegun ?? false;
  }

  #serve(body: Buffer): void {
    const { prefiller, source } = this.#stages;
    const policy = this.#policy;
    const pulled = policy.pullsFromPeers && this.#encode === null ? source : null;
    if (prefiller !== null) {
      this.#rest = new TwoLegs({ ...this.#options, body }, prefiller, pulled, this.#room, policy);
    } else {
      const fields = pulled === null ? null : (JSON.parse(body.toString('utf8')) as Fields);
      const whole =
        fields === null || pulled === null
          ? body
          : Buffer.from(JSON.stringify(withSource(fields, pulled, policy.peerPort)));
      this.#rest = decodeLeg({ ...this.#options, body: whole }, policy.decodeChunkTokens);
    }
    this.#rest.start();
  }

  #failed(error: Error): void {
    this.#isOver = true;
    const { response, ended } = this.#options;
    ended('error', NO_USAGE);
    if (response.destroyed || response.headersSent) return;
    response.writeHead(502, { 'content-type': 'text/plain' });
    response.end(`inference error: BadGateway - encode failed (${error.message})`);
  }
}

const NO_USAGE = { promptTokens: 0, outputTokens: 0, cachedTokens: 0 };
