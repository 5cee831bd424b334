/**
 * Replays request lines through the production router: each line has its time, timers due before it run first, and a
 * completion line ends an earlier request. What is still queued after the last line is given time until it is answered.
 */

import type { Rng } from '../../../src/core/rng.ts';
import { utf8Length } from '../../../src/core/utf8.ts';
import { bodilessRow } from '../../../src/parsing/bodiless.ts';
import type { RequestBuilder } from '../../../src/parsing/request-builder.ts';
import type { Router, RouterOutput } from '../../../src/routing/contract.ts';
import type { DecisionRecord, DecisionRecorder } from '../../../src/routing/decision.ts';
import { DESTINATION_HEADER } from '../../../src/routing/dispatch-builder.ts';
import type { EndpointTable } from '../../../src/routing/endpoint.ts';
import type { InferenceRequest } from '../../../src/routing/request.ts';
import type { Outcome } from './decision-lines.ts';
import type { CompletionLine, ReplayLine, RequestLine } from './inputs.ts';

/** Time between lines that name none. */
const LINE_STEP_US = 1000;
/** How long the queue may take after the last line. */
const DRAIN_LIMIT_US = 600e6;

/** A replayed request and what became of it. */
export interface Replayed {
  readonly id: string;
  outcome: Outcome;
  /** The router's last decision about it; null when none of its profiles ran. */
  decision: DecisionRecord | null;
  request: InferenceRequest | null;
  isOver: boolean;
}

/** What a replay drives. */
export interface ReplayParts {
  readonly table: EndpointTable;
  readonly builder: RequestBuilder;
  /** Draws endpoints of requests without a body. */
  readonly bodilessRng: Rng;
  readonly makeRouter: (output: RouterOutput, recorder: DecisionRecorder) => Router;
  /** Says on stderr what was ignored. */
  readonly warn: (text: string) => void;
}

/** One replay. */
export class Replay {
  readonly #parts: ReplayParts;
  readonly #router: Router;
  readonly #requests: Replayed[] = [];
  readonly #byId = new Map<string, Replayed>();
  readonly #evicted: Replayed[] = [];
  #nowUs = 0;
  #dueUs = Number.POSITIVE_INFINITY;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    const of = (request: InferenceRequest): Replayed => this.#requests[request.id]!;
    const output: RouterOutput = {
      dispatch: (request, dispatch) => {
        of(request).outcome = dispatch;
      },
      reject: (request, rejection) => {
        of(request).outcome = rejection;
        of(request).isOver = true;
      },
      evict: (request) => this.#evicted.push(of(request)),
    };
    this.#router = parts.makeRouter(output, {
      decided: (record) => {
        of(record.request).decision = record;
      },
    });
  }

  /** Replays all lines; the result has one item per request line, in their order. */
  run(lines: readonly ReplayLine[]): readonly Replayed[] {
    lines.forEach((line, i) => {
      const lineUs = line.atMs === null ? this.#nowUs + (i === 0 ? 0 : LINE_STEP_US) : line.atMs * 1000;
      if (lineUs < this.#nowUs)
        this.#parts.warn(`line at ${lineUs / 1000} ms comes after a later one; runs at once`);
      this.#advanceTo(Math.max(lineUs, this.#nowUs));
      if (line.kind === 'request') this.#arrive(line);
      else this.#complete(line);
      this.#advanceTo(this.#nowUs);
    });
    this.#drain();
    return this.#requests;
  }

  #arrive(line: RequestLine): void {
    const id = this.#requests.length;
    const replayed: Replayed = { id: line.id, outcome: null, decision: null, request: null, isOver: false };
    this.#requests.push(replayed);
    this.#byId.set(line.id, replayed);
    if (line.body === undefined) {
      this.#routeBodiless(replayed);
      return;
    }
    const result = this.#parts.builder.build({
      id,
      requestId: line.id,
      headers: line.headers,
      path: line.path,
      body: line.body,
      sizeBytes: utf8Length(JSON.stringify(line.body)),
      arrivalUs: this.#nowUs,
      subset: line.subset,
    });
    if ('rejection' in result) {
      replayed.outcome = result.rejection;
      replayed.isOver = true;
      return;
    }
    replayed.request = result.built.request;
    this.#router.arrive(result.built.request, this.#nowUs);
  }

  #routeBodiless(replayed: Replayed): void {
    const { table, bodilessRng } = this.#parts;
    const row = bodilessRow(table, bodilessRng);
    replayed.isOver = true;
    replayed.outcome =
      typeof row === 'number'
        ? { headers: new Map([[DESTINATION_HEADER, table.endpoints[row]!.address]]) }
        : row;
  }

  #complete(line: CompletionLine): void {
    const replayed = this.#byId.get(line.complete)!;
    if (replayed.isOver || replayed.request === null) {
      this.#parts.warn(`request ${line.complete} has ended before: its completion is ignored`);
      return;
    }
    replayed.isOver = true;
    if (replayed.outcome === null) {
      this.#parts.warn(`request ${line.complete} is still queued: its completion cancels it`);
      this.#router.cancel(replayed.request, this.#nowUs);
      return;
    }
    const { request } = replayed;
    this.#router.firstToken(request, this.#nowUs);
    const usage = {
      promptTokens: request.prompt.tokens,
      outputTokens: line.outputTokens,
      cachedTokens: line.cachedTokens,
    };
    this.#router.finished(request, usage, 'natural', this.#nowUs);
  }

  /** Runs what the router has to do up to `untilUs`, at the times it asks for. */
  #advanceTo(untilUs: number): void {
    while (this.#dueUs < untilUs) this.#step(Math.max(this.#dueUs, this.#nowUs + 1));
    this.#step(untilUs);
  }

  #step(nowUs: number): void {
    this.#nowUs = nowUs;
    this.#dueUs = this.#router.advance(nowUs);
    for (let victim = this.#evicted.pop(); victim !== undefined; victim = this.#evicted.pop()) {
      this.#endEvicted(victim);
    }
  }

  /** The shell's part of an eviction: the stream ends and the client gets a 429. */
  #endEvicted(victim: Replayed): void {
    if (victim.isOver || victim.request === null) return;
    victim.isOver = true;
    victim.outcome = {
      status: 429,
      code: 'ResourceExhausted',
      message: 'request evicted by flow control',
      reason: 'evicted',
    };
    const usage = { promptTokens: victim.request.prompt.tokens, outputTokens: 0, cachedTokens: 0 };
    this.#router.finished(victim.request, usage, 'evicted', this.#nowUs);
  }

  #drain(): void {
    const limitUs = this.#nowUs + DRAIN_LIMIT_US;
    const isWaiting = (): boolean => this.#requests.some((one) => one.outcome === null);
    while (isWaiting() && this.#dueUs <= limitUs) this.#step(Math.max(this.#dueUs, this.#nowUs + 1));
  }
}
