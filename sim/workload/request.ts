/**
 * A simulated request: what the router may see, and the ground truth that only the simulator holds.
 */
import type { InferenceRequest } from '../../src/routing/request.ts';

/**
 * Token content without text: a sequence of runs. A token is identified by (content id, offset in that content), so two
 * prompts share a prefix exactly as long as their runs agree. `ids[i]` names the content of run i (an integer below
 * 2^53), `lengths[i]` its tokens; every run starts at offset 0 of its content, and a content's tokens are always the
 * same whichever request holds them. Ids below 0 name single-use content, which no other request ever holds.
 */
export interface ContentRuns {
  readonly ids: readonly number[];
  readonly lengths: readonly number[];
}

/** Where a request ended, or that it has not. */
export type Ending = 'inFlight' | 'completed' | 'rejected' | 'failed' | 'cancelled' | 'expired';

/**
 * Where the KV of a disaggregated request is: nowhere complete yet, room taken for it on the decode side (engines that push),
 * held by the prefill side, written to a store for the decode side (which has not been told yet), on its way, here (on the decode
 * side, or given up and computed there), or lost before the decode side asked for it.
 */
export type KvState = 'none' | 'room' | 'held' | 'stored' | 'moving' | 'here' | 'lost';

/**
 * What has happened to a request so far: written by the cluster, read by the recorder when the request ends. Times in µs;
 * -1 where the thing has not happened.
 */
export class Course {
  /** Left the router for an endpoint. */
  dispatchedUs = -1;
  /** Start of the wait in an engine queue, and of the KV transfer, that is in progress. */
  queuedSinceUs = -1;
  transferSinceUs = -1;
  /** Sum of the waits in engine queues, re-admissions included. */
  queueUs = 0;
  /** Sum of KV transfer times, from request to arrival of the KV. */
  transferUs = 0;
  /** First output token left the engine that serves the client. */
  firstTokenUs = -1;
  /** Ended, in whatever way. */
  endUs = -1;
  /** Prompt tokens found in a cache at first admission (P/D: on the prefill side). */
  cachedTokens = 0;
  /** Times it was taken out of an engine queue. */
  admissions = 0;
  preemptions = 0;
  /** Replica number that serves (decodes), and that prefills; -1 none. */
  endpoint = -1;
  prefillEndpoint = -1;
  /** Of a disaggregated request; the load in progress will fail. */
  kv: KvState = 'none';
  kvFails = false;
  /** Attempts that failed and were sent again. */
  attempts = 0;
  /** The current attempt: sent again at (-1: with the arrival), in the engine's queue at, and sums of its phases (µs). */
  attemptSinceUs = -1;
  deliveredUs = -1;
  /** In the first engine's queue before any preemption. */
  firstQueueUs = 0;
  /** Between admission and first token, or the end of the prefill leg, less what a preemption took. */
  prefillUs = 0;
  attemptTransferUs = 0;
  /** Back in a queue after preemptions; of these before the first token. */
  preemptedUs = 0;
  preemptedFirstUs = 0;
  isPreempted = false;
  ending: Ending = 'inFlight';
  /** Why it was rejected or failed; empty otherwise. */
  reason = '';

  /** Of a disaggregated request: the prefill side has sent or keeps some of its KV. */
  get hasKv(): boolean {
    return this.kv !== 'none' && this.kv !== 'room';
  }

  /** The client sends it again at `atUs`: what the lost attempt did is forgotten, what it waited is not. */
  restart(atUs: number): void {
    this.attempts += 1;
    this.attemptSinceUs = atUs;
    this.deliveredUs = -1;
    this.firstQueueUs = 0;
    this.prefillUs = 0;
    this.attemptTransferUs = 0;
    this.preemptedUs = 0;
    this.preemptedFirstUs = 0;
    this.isPreempted = false;
    this.dispatchedUs = -1;
    this.queuedSinceUs = -1;
    this.transferSinceUs = -1;
    this.firstTokenUs = -1;
    this.endpoint = -1;
    this.prefillEndpoint = -1;
    this.kv = 'none';
    this.kvFails = false;
  }
}

/** One request with its ground truth. */
export interface SimRequest {
  /** What has happened to it; mutable. */
  readonly course: Course;
  /** What the router sees. `request.id` is this request's dense number. */
  readonly request: InferenceRequest;
  /** Prompt content; lengths add up to `promptTokens`. */
  readonly prompt: ContentRuns;
  readonly promptTokens: number;
  /** True number of output tokens, at least 1. Engines stop there; nothing may decide on it before. */
  readonly outputTokens: number;
  /** Limit that the client sent; engines that reserve memory for the future use this one. At least `outputTokens`. */
  readonly maxTokens: number;
  /** Content id of the output, so that a follow-up turn can hold it in its prompt. */
  readonly outputContentId: number;
  /** Index into the workload's classes (0 when it has none). */
  readonly classIndex: number;
  /** Session number, or -1. */
  readonly session: number;
}
