/**
 * The seam between the router (one synchronous brain) and its two shells: `src/server` in production and
 * `sim/cluster` in simulation. Calls go down through `Router`, answers come up through `RouterOutput`; nothing
 * here awaits, reads a clock or knows which shell it lives in.
 */
import type { InferenceRequest } from './request.ts';

/** Why a request did not reach an endpoint (router.md 1.4, 1.5). */
export type DropReason =
  | 'rejected-saturated'
  | 'rejected-no-endpoints'
  | 'rejected-ttl-expired'
  | 'rejected-context-cancelled'
  | 'rejected-shutting-down'
  | 'evicted'
  | 'evicted-queue-pressure'
  | 'evicted-priority';

/** A refusal: HTTP status, drop reason header where upstream sets one, and the message of the body. */
export interface Rejection {
  readonly status: number;
  /** Canonical code name of upstream, e.g. `ResourceExhausted`. */
  readonly code: string;
  readonly message: string;
  readonly reason: DropReason | null;
}

/** One profile's outcome: picked rows in order of preference. */
export interface ProfilePick {
  readonly profile: string;
  readonly rows: readonly number[];
}

/** Where a request goes. Rows index the EndpointTable. */
export interface Dispatch {
  /** Primary target first, then ordered fallbacks. */
  readonly rows: readonly number[];
  /** Row that prefills for the primary (P/D), or -1. */
  readonly prefillRow: number;
  /** Rows that encode multimodal items (E/P/D); empty otherwise. */
  readonly encodeRows: readonly number[];
  /** Headers to set on the way to the model server, lower-case names (e.g. `x-prefiller-host-port`). */
  readonly headers: ReadonlyMap<string, string>;
  /** Every profile that ran and picked. */
  readonly picks: readonly ProfilePick[];
}

/** What a finished response tells the router. */
export interface ResponseUsage {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
}

/** How a request's stream ended. */
export type TerminationCause = 'natural' | 'client-disconnect' | 'evicted' | 'error';

/** Answers of the router. Implementations must not call back into the router from here. */
export interface RouterOutput {
  dispatch(request: InferenceRequest, dispatch: Dispatch, nowUs: number): void;
  reject(request: InferenceRequest, rejection: Rejection, nowUs: number): void;
  /** An in-flight request was chosen for eviction (flow control); the shell ends its stream. */
  evict(request: InferenceRequest, nowUs: number): void;
}

/** The router: told things, answers through RouterOutput. All times in µs and never falling. */
export interface Router {
  /** A request has arrived whole. May answer at once or later (flow control). */
  arrive(request: InferenceRequest, nowUs: number): void;
  /** The first chunk of the response has passed. */
  firstToken(request: InferenceRequest, nowUs: number): void;
  /** The response has ended; counters are released. */
  finished(request: InferenceRequest, usage: ResponseUsage, cause: TerminationCause, nowUs: number): void;
  /** The client has gone: drops the request from the queue, or (if dispatched) acts as finished. */
  cancel(request: InferenceRequest, nowUs: number): void;
  /** An endpoint left the table; `row` is still readable but will be reused. Call before `EndpointTable.remove`. */
  endpointRemoved(row: number, nowUs: number): void;
  /** Does what is due by `nowUs`; returns the next wake-up time in µs, or Infinity. */
  advance(nowUs: number): number;
  /** Requests held in flow-control queues. */
  readonly queued: number;
}
