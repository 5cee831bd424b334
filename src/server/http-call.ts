/** One POST on its way through the gateway: the client's side of a call of the live router. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatch, Rejection } from '../routing/contract.ts';
import type { InferenceRequest } from '../routing/request.ts';
import { answer } from './answers.ts';
import { STAGE_HEADERS, Staged, stagesOf } from './disaggregation/staged.ts';
import type { DisaggregationPolicy } from './disaggregation/two-legs.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { routerHeaders, upstreamHeaders } from './headers.ts';
import type { LiveCall, LiveRouter } from './live-router.ts';
import { withModel } from './rewrite.ts';
import type { Member, Roster } from './roster.ts';
import type { Upstream } from './upstream/upstream.ts';

/** What the calls of one gateway share. */
export interface CallSetting {
  readonly live: LiveRouter;
  readonly upstream: Upstream;
  /** Without a byte from a model server for this long an attempt has failed. */
  readonly idleTimeoutMs: number;
  /** Run both legs of disaggregated requests here; null: the decode side's sidecar does. */
  readonly disaggregation: DisaggregationPolicy | null;
  /** See `upstreamHeaders`. */
  readonly authorization: string | null | undefined;
  /** Calls between arrival and end. */
  readonly calls: Roster<HttpCall>;
}

/** One POST between arrival and end. */
export class HttpCall implements LiveCall, Member {
  place = -1;
  readonly #setting: CallSetting;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #body: Buffer;
  readonly #requestId: string;
  readonly #fairnessId: string | null;
  #id = -1;
  #isOver = false;
  #exchange: Exchange | Staged | null = null;

  /** `fairnessId`: flow of a known caller, in place of what the request says. */
  constructor(
    setting: CallSetting,
    message: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    fairnessId: string | null,
  ) {
    this.#setting = setting;
    this.#message = message;
    this.#response = response;
    this.#body = body;
    this.#fairnessId = fairnessId;
    const named = message.headers['x-request-id'];
    this.#requestId = (Array.isArray(named) ? named[0] : named) || randomUUID();
  }

  start(): void {
    this.#setting.calls.add(this);
    this.#response.on('close', () => this.#closed());
    const arrival = {
      requestId: this.#requestId,
      headers: routerHeaders(this.#message.headers, this.#fairnessId),
      path: this.#message.url,
      body: this.#body.toString('utf8'),
      sizeBytes: this.#body.length,
      subset: null,
    };
    this.#id = this.#setting.live.arrive(arrival, this);
  }

  dispatched(request: InferenceRequest, dispatch: Dispatch, addresses: readonly string[]): void {
    const { live, upstream, idleTimeoutMs, disaggregation, authorization } = this.#setting;
    const { id } = request;
    const body = request.model === request.incomingModel ? this.#body : withModel(this.#body, request.model);
    const added = live.responseHeaders(request);
    added.set('x-request-id', this.#requestId);
    const headers = live.sentHeaders(id, dispatch);
    const stages = disaggregation === null ? null : stagesOf((name) => headers.get(name));
    if (disaggregation !== null) for (const name of STAGE_HEADERS) headers.delete(name);
    const options: ExchangeOptions = {
      upstream,
      method: 'POST',
      path: this.#message.url ?? '/',
      headers: upstreamHeaders(this.#message.headers, headers, this.#requestId, authorization),
      body,
      addresses,
      response: this.#response,
      added,
      idleTimeoutMs,
      attempted: (address, ok) => live.metrics.attempted(request.model, address, ok ? 'success' : 'failure'),
      passed: (bytes) => live.passed(id, bytes),
      ended: (cause, usage) => {
        this.#isOver = true;
        live.finished(id, cause, usage);
      },
    };
    this.#exchange =
      disaggregation === null || stages === null
        ? new Exchange(options)
        : new Staged(options, stages, id, disaggregation);
    this.#exchange.start();
  }

  rejected(rejection: Rejection): void {
    this.#isOver = true;
    answer(this.#response, rejection);
  }

  evicted(): void {
    const isBegun = this.#exchange?.hasBegun ?? false;
    this.#exchange?.abort('evicted');
    if (isBegun) {
      this.#response.destroy();
      return;
    }
    const message = 'request evicted by flow control';
    answer(this.#response, { status: 429, code: 'ResourceExhausted', message, reason: 'evicted' });
  }

  /** Breaks the client's connection off. */
  destroy(): void {
    this.#response.destroy();
  }

  /** The client's connection has closed: early, unless the call has ended. */
  #closed(): void {
    this.#setting.calls.delete(this);
    if (this.#isOver) return;
    if (this.#exchange !== null) this.#exchange.abort('client-disconnect');
    else this.#setting.live.cancelled(this.#id);
  }
}
