/**
 * A workload played from a script, as measured runs need it: stages that start once their predecessor has
 * drained; in a stage requests at given times, or clients that each send their next request when the last one
 * has ended.
 */
import { gridUs } from '../kernel/kernel.ts';
import { PromptContent } from '../workload/prompt-content.ts';
import type { SimRequest } from '../workload/request.ts';
import { type RequestTraits, requestTraits, simulatedRequest } from '../workload/simulated-request.ts';
import type { Workload } from '../workload/workload.ts';

/** A request to come: prompt as content runs. Requests with equal content ids share it. */
export interface PlannedRequest {
  readonly contentIds: readonly number[];
  readonly lengths: readonly number[];
  readonly outputTokens: number;
  /** Content id of the answer, where a later prompt holds it. */
  readonly answerId?: number;
}

/**
 * One load level. Requests arrive at `offsetsUs`, or are sent by `clients`: each has its own queue, or all
 * share one.
 */
export type StagePlan = StageRequests & {
  /** Sent alone before the stage and not observed. */
  readonly trial?: PlannedRequest;
};

type StageRequests =
  | {
      readonly kind: 'open';
      readonly requests: readonly PlannedRequest[];
      readonly offsetsUs: readonly number[];
    }
  | { readonly kind: 'shared'; readonly requests: readonly PlannedRequest[]; readonly clients: number }
  | { readonly kind: 'own'; readonly queues: readonly (readonly PlannedRequest[])[] };

/** Pause between the end of a stage and the next one's start (inference-perf waits a second). */
const PAUSE_US = 1e6;

/**
 * Plays stages one after the other. The API server of a fleet's instance takes requests one at a time: each
 * occupies it for `serviceUs`, and one that finds it busy waits. That wait lies before the simulated arrival
 * and is kept in `waitedUs`, to be added to what the client measures.
 */
export class CaseWorkload implements Workload {
  readonly classes = ['all'];
  /** Stage of each request by id; -1 for trials. */
  readonly stageOf: number[] = [];
  #startUs = 0;
  #trial: 'none' | 'toSend' | 'sent' = 'none';
  /** Wait of each request by id for the API server, µs. */
  readonly waitedUs: number[] = [];
  readonly #serviceUs: number;
  #serverFreeUs = 0;
  readonly #stages: readonly StagePlan[];
  readonly #traits: RequestTraits;
  #stage = -1;
  /** Requests of the stage handed out by `next`, and taken from the shared queue. */
  #issued = 0;
  #taken = 0;
  #unfinished = 0;
  #lastEndUs = 0;
  readonly #positions = new Map<number, number>();
  #nextSingleUse = -1;

  constructor(stages: readonly StagePlan[], model: string, serviceUs: number) {
    this.#stages = stages;
    this.#serviceUs = serviceUs;
    this.#traits = requestTraits({ classIndex: 0, model, tenant: 'validate' });
    this.#advance(0);
  }

  get hasFollowUps(): boolean {
    return this.#unfinished > 0;
  }

  next(): SimRequest | null {
    for (;;) {
      const stage = this.#stages[this.#stage];
      if (stage === undefined) return null;
      if (this.#trial === 'toSend') {
        this.#trial = 'sent';
        return this.#make(stage.trial!, this.#startUs, -1, true);
      }
      if (this.#trial === 'sent') {
        if (this.#unfinished > 0) return null;
        this.#trial = 'none';
        this.#startUs = gridUs(this.#lastEndUs + PAUSE_US);
      }
      const request = this.#nextOf(stage);
      if (request !== null) return request;
      if (this.#unfinished > 0) return null;
      this.#advance(this.#lastEndUs + PAUSE_US);
    }
  }

  onFinished(request: SimRequest, _completed: boolean, nowUs: number): SimRequest | null {
    this.#unfinished -= 1;
    this.#lastEndUs = nowUs;
    const stage = this.#stages[this.#stage];
    if (stage === undefined || this.#trial !== 'none') return null;
    if (stage.kind === 'shared' && this.#taken < stage.requests.length) {
      return this.#make(stage.requests[this.#taken++]!, nowUs, request.session);
    }
    if (stage.kind === 'own') {
      const position = this.#positions.get(request.session)!;
      const queue = stage.queues[request.session]!;
      if (position < queue.length) {
        this.#positions.set(request.session, position + 1);
        return this.#make(queue[position]!, nowUs, request.session);
      }
    }
    return null;
  }

  /** The next request that a stage starts by itself. */
  #nextOf(stage: StagePlan): SimRequest | null {
    const startUs = this.#startUs;
    const i = this.#issued;
    if (stage.kind === 'open') {
      if (i >= stage.requests.length) return null;
      this.#issued += 1;
      return this.#make(stage.requests[i]!, startUs + stage.offsetsUs[i]!, -1);
    }
    if (stage.kind === 'shared') {
      if (i >= stage.clients || this.#taken >= stage.requests.length) return null;
      this.#issued += 1;
      return this.#make(stage.requests[this.#taken++]!, startUs, i);
    }
    if (i >= stage.queues.length) return null;
    this.#issued += 1;
    const first = stage.queues[i]![0];
    if (first === undefined) return this.#nextOf(stage);
    this.#positions.set(i, 1);
    return this.#make(first, startUs, i);
  }

  #advance(startUs: number): void {
    this.#stage += 1;
    this.#issued = 0;
    this.#taken = 0;
    this.#positions.clear();
    this.#startUs = gridUs(startUs);
    this.#trial = this.#stages[this.#stage]?.trial === undefined ? 'none' : 'toSend';
  }

  #make(planned: PlannedRequest, atUs: number, client: number, isTrial = false): SimRequest {
    const id = this.stageOf.length;
    this.stageOf.push(isTrial ? -1 : this.#stage);
    const arrivalUs = Math.max(atUs, this.#serverFreeUs);
    this.#serverFreeUs = arrivalUs + this.#serviceUs;
    this.waitedUs.push(arrivalUs - atUs);
    this.#unfinished += 1;
    const tokens = planned.lengths.reduce((sum, n) => sum + n, 0);
    const { contentIds, lengths, outputTokens } = planned;
    return simulatedRequest(
      {
        id,
        arrivalUs: gridUs(arrivalUs),
        prompt: new PromptContent(contentIds, lengths, tokens, this.#traits.keySeed),
        outputTokens,
        maxTokens: outputTokens,
        outputContentId: planned.answerId ?? this.#singleUse(),
        session: client,
      },
      this.#traits,
    );
  }

  /** Ids below zero: answers that no prompt holds. */
  #singleUse(): number {
    const id = this.#nextSingleUse;
    this.#nextSingleUse -= 1;
    return id;
  }
}
