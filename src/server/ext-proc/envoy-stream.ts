/**
 * One HTTP request as Envoy tells of it on one stream: headers and body come in, the routing answer goes back with the body in
 * chunks, then the model server's answer passes through. Source: router specification 1.2, 1.3.
 *
 *   headers -> body -> queued -> routed (response headers, body, trailers) -> over
 */
import { randomUUID } from 'node:crypto';
import type { Dispatch, Rejection, ResponseUsage, TerminationCause } from '../../routing/contract.ts';
import { DESTINATION_HEADER } from '../../routing/dispatch-builder.ts';
import type { InferenceRequest } from '../../routing/request.ts';
import { ROUTING_HEADERS, routerHeaders } from '../headers.ts';
import type { LiveCall, LiveRouter } from '../live-router.ts';
import { withModel, withModelBack } from '../rewrite.ts';
import { UsageReader } from '../usage-reader.ts';
import type { ProcessingRequest, ProcessingResponse, WireHeader, WireValue } from './protos.ts';
import * as reply from './replies.ts';

/** The stream, as the state machine writes to it. */
export interface Wire {
  write(message: ProcessingResponse): void;
  /** Ends the stream well. */
  end(): void;
  /** Ends it with a gRPC status. */
  fail(status: 'FAILED_PRECONDITION' | 'INVALID_ARGUMENT' | 'ABORTED', message: string): void;
}

const NO_USAGE: ResponseUsage = { promptTokens: 0, outputTokens: 0, cachedTokens: 0 };
const DUPLEX = 'FULL_DUPLEX_STREAMED';
const SUBSET = ['envoy.lb.subset_hint', 'x-gateway-destination-endpoint-subset'] as const;
const SERVED = ['envoy.lb', 'x-gateway-destination-endpoint-served'] as const;

export class EnvoyStream implements LiveCall {
  readonly #live: LiveRouter;
  readonly #wire: Wire;
  readonly #bodyLimitBytes: number;
  /** `passing`: the router has no part in the answer; it passes unread. */
  #phase: 'headers' | 'body' | 'queued' | 'routed' | 'passing' | 'over' = 'headers';
  #id = -1;
  #requestId = '';
  #headers: Record<string, string> = {};
  #subset: readonly string[] | null = null;
  #chunks: Uint8Array[] = [];
  #bodyBytes = 0;
  #hasTrailers = false;
  #request: InferenceRequest | null = null;
  #addresses: readonly string[] = [];
  #responseMode = DUPLEX;
  #status = 200;
  #hasHead = false;
  #usage = new UsageReader(false);
  #added: ReadonlyMap<string, string> = new Map();

  constructor(live: LiveRouter, wire: Wire, bodyLimitBytes: number) {
    this.#live = live;
    this.#wire = wire;
    this.#bodyLimitBytes = bodyLimitBytes;
  }

  /** Takes Envoy's next message. */
  message(message: ProcessingRequest): void {
    if (this.#phase === 'over') return;
    const hint = metadataOf(message, SUBSET);
    if (hint !== null) this.#subset = hint;
    if (message.request_headers !== undefined) this.#requestHeaders(message);
    else if (message.request_body !== undefined) {
      const { body, end_of_stream, end_of_stream_without_message } = message.request_body;
      this.#requestBody(body ?? new Uint8Array(), end_of_stream ?? end_of_stream_without_message ?? false);
    } else if (message.request_trailers !== undefined) this.#requestTrailers();
    else if (this.#phase === 'passing') this.#passOn(message);
    else if (this.#phase !== 'routed')
      this.#fail('INVALID_ARGUMENT', 'a response before the request was routed');
    else if (message.response_headers !== undefined) this.#responseHeaders(message);
    else if (message.response_body !== undefined) {
      const { body, end_of_stream, end_of_stream_without_message } = message.response_body;
      this.#responseBody(body ?? new Uint8Array(), end_of_stream ?? end_of_stream_without_message ?? false);
    } else if (message.response_trailers !== undefined) {
      this.#wire.write(reply.trailers('response'));
      this.#finish(this.#status < 400 ? 'natural' : 'error');
    } else this.#fail('INVALID_ARGUMENT', 'a message without a known part');
  }

  /** The stream has ended, for whatever reason: the client has gone unless all was over. Tells whether it was. */
  closed(): boolean {
    const wasThrough = this.#phase === 'over';
    if (this.#phase === 'queued') this.#live.cancelled(this.#id);
    else if (this.#phase === 'routed') this.#live.finished(this.#id, 'client-disconnect', NO_USAGE);
    this.#phase = 'over';
    return wasThrough;
  }

  // Answers of the router.

  dispatched(request: InferenceRequest, dispatch: Dispatch, addresses: readonly string[]): void {
    this.#phase = 'routed';
    this.#id = request.id;
    this.#request = request;
    this.#addresses = addresses;
    this.#added = this.#live.responseHeaders(request);
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const body = request.model === request.incomingModel ? whole : withModel(whole, request.model);
    const set = this.#live.sentHeaders(request.id, dispatch);
    set.set('x-request-id', this.#requestId).set('content-length', String(body.length));
    this.#wire.write(reply.routed(set, this.#forged(set)));
    const isLast = !this.#hasTrailers;
    for (const chunk of reply.bodyChunks('request', body, isLast)) this.#wire.write(chunk);
    if (this.#hasTrailers) this.#wire.write(reply.trailers('request'));
    if (!this.#live.skipsResponse(request.id)) return;
    this.#phase = 'passing';
    this.#live.finished(request.id, 'natural', NO_USAGE);
  }

  rejected(rejection: Rejection): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#wire.write(reply.refusal(rejection));
    this.#wire.end();
  }

  evicted(): void {
    if (this.#phase !== 'routed') return;
    this.#phase = 'over';
    this.#live.finished(this.#id, 'evicted', NO_USAGE);
    if (this.#hasHead) this.#wire.fail('ABORTED', 'request evicted by flow control');
    else {
      const message = 'request evicted by flow control';
      this.#wire.write(reply.refusal({ status: 429, code: 'ResourceExhausted', message, reason: 'evicted' }));
      this.#wire.end();
    }
  }

  // Envoy's messages.

  #requestHeaders(message: ProcessingRequest): void {
    if (this.#phase !== 'headers') {
      this.#fail('INVALID_ARGUMENT', 'request headers twice');
      return;
    }
    const { headers, end_of_stream } = message.request_headers!;
    this.#headers = headerRecord(headers?.headers ?? []);
    this.#requestId = this.#headers['x-request-id'] || randomUUID();
    const { request_body_mode, response_body_mode } = message.protocol_config ?? {};
    if (message.protocol_config !== undefined) this.#responseMode = response_body_mode ?? 'NONE';
    if (end_of_stream === true) {
      this.#bodiless();
      return;
    }
    if (message.protocol_config !== undefined && request_body_mode !== DUPLEX) {
      const found = request_body_mode ?? 'NONE';
      this.#fail('FAILED_PRECONDITION', `request_body_mode is ${found}; an endpoint picker needs ${DUPLEX}`);
      return;
    }
    this.#phase = 'body';
  }

  /** A request without a body asks no plugin. */
  #bodiless(): void {
    const address = this.#live.bodilessAddress();
    if (typeof address !== 'string') {
      this.rejected(address);
      return;
    }
    this.#phase = 'passing';
    const set = new Map([['x-request-id', this.#requestId]]);
    set.set(DESTINATION_HEADER, address);
    this.#wire.write(reply.routed(set, this.#forged(set)));
  }

  /**
   * A message of an answer that is not the router's business. The stream stays open for it: Envoy loses the body of an answer whose
   * headers it has sent here when the stream ends before it has them back.
   */
  #passOn({ response_headers, response_body }: ProcessingRequest): void {
    let isLast = true;
    if (response_headers !== undefined) {
      isLast = response_headers.end_of_stream === true || this.#responseMode === 'NONE';
      this.#wire.write(reply.responseHeaders(new Map([['x-request-id', this.#requestId]]), []));
    } else if (response_body !== undefined) {
      const { body = new Uint8Array(), end_of_stream, end_of_stream_without_message } = response_body;
      isLast = end_of_stream ?? end_of_stream_without_message ?? false;
      if (this.#responseMode !== DUPLEX) this.#wire.write(reply.bodyUnchanged('response'));
      else for (const chunk of reply.bodyChunks('response', body, isLast)) this.#wire.write(chunk);
    } else this.#wire.write(reply.trailers('response'));
    if (!isLast) return;
    this.#phase = 'over';
    this.#wire.end();
  }

  #requestBody(body: Uint8Array, isLast: boolean): void {
    if (this.#phase !== 'body') {
      this.#fail('INVALID_ARGUMENT', 'a request body out of turn');
      return;
    }
    this.#bodyBytes += body.length;
    if (this.#bodyBytes > this.#bodyLimitBytes) {
      const message = `request body exceeds ${this.#bodyLimitBytes} bytes`;
      this.rejected({ status: 413, code: 'BadRequest', message, reason: null });
      return;
    }
    this.#chunks.push(body);
    if (isLast) this.#arrive();
  }

  #requestTrailers(): void {
    if (this.#phase !== 'body') {
      this.#fail('INVALID_ARGUMENT', 'request trailers out of turn');
      return;
    }
    this.#hasTrailers = true;
    this.#arrive();
  }

  #arrive(): void {
    this.#phase = 'queued';
    const { [':path']: path, ...headers } = this.#headers;
    const id = this.#live.arrive(
      {
        requestId: this.#requestId,
        headers: routerHeaders(headers),
        path,
        body: Buffer.concat(this.#chunks).toString('utf8'),
        sizeBytes: this.#bodyBytes,
        subset: this.#subset,
      },
      this,
    );
    this.#id = id;
  }

  #responseHeaders(message: ProcessingRequest): void {
    const { headers, end_of_stream } = message.response_headers!;
    const record = headerRecord(headers?.headers ?? []);
    this.#status = Number(record[':status'] ?? 200);
    this.#hasHead = true;
    this.#usage = new UsageReader((record['content-type'] ?? '').includes('text/event-stream'));
    const served = metadataOf(message, SERVED)?.[0] ?? this.#addresses[0]!;
    const outcome = this.#status >= 500 ? 'failure' : 'success';
    this.#live.metrics.attempted(this.#request!.model, served, outcome);
    const set = new Map(this.#added).set('x-request-id', this.#requestId);
    this.#wire.write(reply.responseHeaders(set, this.#isRenamed ? ['content-length'] : []));
    if (end_of_stream === true) this.#finish(this.#status < 400 ? 'natural' : 'error');
    else if (this.#responseMode === 'NONE') this.#finish('natural');
  }

  #responseBody(body: Uint8Array, isLast: boolean): void {
    if (body.length > 0) this.#live.passed(this.#id, body.length);
    this.#usage.read(Buffer.from(body));
    if (this.#responseMode !== DUPLEX) this.#wire.write(reply.bodyUnchanged('response'));
    else {
      const request = this.#request!;
      const out = this.#isRenamed ? withModelBack(body, request.model, request.incomingModel) : body;
      for (const chunk of reply.bodyChunks('response', out, isLast)) this.#wire.write(chunk);
    }
    if (isLast) this.#finish(this.#status < 400 ? 'natural' : 'error');
  }

  get #isRenamed(): boolean {
    const request = this.#request!;
    return this.#responseMode === DUPLEX && request.model !== request.incomingModel;
  }

  /** Headers that only router and proxies may set, which the client sent and nobody overwrote. */
  #forged(set: ReadonlyMap<string, string>): string[] {
    return Object.keys(this.#headers).filter(
      (name) => ROUTING_HEADERS.has(name) && name !== DESTINATION_HEADER && !set.has(name),
    );
  }

  #finish(cause: TerminationCause): void {
    this.#phase = 'over';
    this.#live.finished(this.#id, cause, this.#usage.end());
    this.#wire.end();
  }

  #fail(status: 'FAILED_PRECONDITION' | 'INVALID_ARGUMENT', message: string): void {
    this.closed();
    this.#wire.fail(status, message);
  }
}

/** Header names in lower case; several values of one name are joined as HTTP joins them. */
function headerRecord(headers: readonly WireHeader[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (const { key = '', value = '', raw_value } of headers) {
    const name = key.toLowerCase();
    const text =
      raw_value !== undefined && raw_value.length > 0 ? Buffer.from(raw_value).toString('utf8') : value;
    record[name] = name in record ? `${record[name]}, ${text}` : text;
  }
  return record;
}

/** A list, or a comma-separated text, in the filter metadata; null when the key is absent. */
function metadataOf(
  message: ProcessingRequest,
  [namespace, key]: readonly [string, string],
): string[] | null {
  const value = message.metadata_context?.filter_metadata?.[namespace]?.fields?.[key];
  if (value === undefined) return null;
  const texts = (value.listValue?.values ?? [value]).map((one: WireValue) => one.stringValue ?? '');
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
