/**
 * A router that no one can build: it knows the true length of every request, what each replica still has to do and which
 * prefixes it has computed, and sends each request, as it arrives, to where it would be done first. An upper bound (greedy, not
 * proven) on what better routing could give; nothing outside of `run.idealised` uses it.
 */
import type { Router, RouterOutput } from '../../src/routing/contract.ts';
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import type { DecodeTerms } from '../latency/step-model.ts';
import type { SimRequest } from '../workload/request.ts';
import type { PoolSetup } from './fleet.ts';

/** Batch and context at which a token of a pool is priced. */
const BATCH = 32;
const CONTEXT = 2000;

/** What the router knows beyond a real one. */
export interface GroundTruth {
  readonly requestOf: (id: number) => SimRequest;
  /** Set-up of the pool that serves at a row. */
  readonly setupOf: (row: number) => PoolSetup;
}

/** Work left at a row and what it has computed. */
interface Row {
  leftUs: number;
  /** Longest part of each content that it has computed, tokens. */
  readonly held: Map<number, number>;
}

/** Work of one leg of a request that has not ended. */
interface Share {
  readonly row: number;
  leftUs: number;
}

interface Work {
  readonly prefill: Share;
  readonly decode: Share;
}

export class IdealRouter implements Router {
  readonly queued = 0;
  readonly #table: EndpointTable;
  readonly #output: RouterOutput;
  readonly #truth: GroundTruth;
  readonly #rows = new Map<number, Row>();
  readonly #work = new Map<number, Work>();
  readonly #costs = new Map<PoolSetup, { readonly prefillUs: number; readonly decodeUs: number }>();

  constructor(table: EndpointTable, output: RouterOutput, truth: GroundTruth) {
    this.#table = table;
    this.#output = output;
    this.#truth = truth;
  }

  arrive(request: InferenceRequest, nowUs: number): void {
    const sim = this.#truth.requestOf(request.id);
    const prefiller = this.#best('prefill', (row) => this.#prefillUs(row, sim));
    const isSplit = prefiller >= 0;
    const target = this.#best(isSplit ? 'decode' : 'both', (row) =>
      isSplit ? this.#decodeUs(row, sim) : this.#prefillUs(row, sim) + this.#decodeUs(row, sim),
    );
    if (target < 0) {
      const message = 'no endpoint';
      const rejection = {
        status: 503,
        code: 'Unavailable',
        message,
        reason: 'rejected-no-endpoints',
      } as const;
      this.#output.reject(request, rejection, nowUs);
      return;
    }
    const first = isSplit ? prefiller : target;
    this.#work.set(request.id, {
      prefill: this.#assign(first, this.#prefillUs(first, sim)),
      decode: this.#assign(target, this.#decodeUs(target, sim)),
    });
    this.#hold(first, sim);
    this.#output.dispatch(
      request,
      { rows: [target], prefillRow: prefiller, encodeRows: [], headers: new Map(), picks: [] },
      nowUs,
    );
  }

  firstToken(request: InferenceRequest): void {
    const work = this.#work.get(request.id);
    if (work !== undefined) this.#done(work.prefill);
  }

  finished(request: InferenceRequest): void {
    const work = this.#work.get(request.id);
    if (work === undefined) return;
    this.#done(work.prefill);
    this.#done(work.decode);
    this.#work.delete(request.id);
  }

  cancel(request: InferenceRequest): void {
    this.finished(request);
  }

  endpointRemoved(row: number): void {
    this.#rows.delete(row);
  }

  advance(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Row of that role with the least work once it has the request too; the lowest of equal ones; -1 without any. */
  #best(role: PoolSetup['role'], ownUs: (row: number) => number): number {
    let best = -1;
    let bestUs = Number.POSITIVE_INFINITY;
    for (const row of this.#table.rows) {
      const of = this.#truth.setupOf(row).role;
      if (of !== role && !(role === 'decode' && of === 'both')) continue;
      const us = this.#row(row).leftUs + ownUs(row);
      if (us >= bestUs) continue;
      best = row;
      bestUs = us;
    }
    return best;
  }

  #assign(row: number, us: number): Share {
    this.#row(row).leftUs += us;
    return { row, leftUs: us };
  }

  #done(share: Share): void {
    const row = this.#rows.get(share.row);
    if (row !== undefined) row.leftUs = Math.max(0, row.leftUs - share.leftUs);
    share.leftUs = 0;
  }

  #row(row: number): Row {
    let of = this.#rows.get(row);
    if (of === undefined) {
      of = { leftUs: 0, held: new Map() };
      this.#rows.set(row, of);
    }
    return of;
  }

  #prefillUs(row: number, { promptTokens, prompt: { ids, lengths } }: SimRequest): number {
    const { held } = this.#row(row);
    let hit = 0;
    for (let i = 0; i < ids.length; i++) {
      const known = Math.min(lengths[i]!, held.get(ids[i]!) ?? 0);
      hit += known;
      if (known < lengths[i]!) break;
    }
    return (promptTokens - hit) * this.#costOf(row).prefillUs;
  }

  #decodeUs(row: number, { outputTokens }: SimRequest): number {
    return outputTokens * this.#costOf(row).decodeUs;
  }

  #hold(row: number, { prompt: { ids, lengths } }: SimRequest): void {
    const { held } = this.#row(row);
    for (let i = 0; i < ids.length; i++) {
      const [content, length] = [ids[i]!, lengths[i]!];
      if (content >= 0 && length > (held.get(content) ?? 0)) held.set(content, length);
    }
  }

  /** Time of an engine that a token takes up, of a full prompt step and of a decode step of a usual batch. */
  #costOf(row: number): { readonly prefillUs: number; readonly decodeUs: number } {
    const setup = this.#truth.setupOf(row);
    let cost = this.#costs.get(setup);
    if (cost === undefined) {
      const { stepModel, engine } = setup;
      const tokens = engine.maxBatchedTokens;
      const stepUs = stepModel.stepUs({
        decodeSequences: 0,
        decodeContextTokens: 0,
        prefillChunks: 1,
        prefillTokens: tokens,
        prefillContextTokens: tokens,
        prefillAttentionUs: stepModel.prefillChunkUs(0, tokens),
        sampledRows: 1,
        draftTokens: 0,
      });
      const batch = Math.min(BATCH, engine.maxSeqs);
      const terms: DecodeTerms = { baseUs: 0, perContextUs: 0, validToContext: 0 };
      stepModel.decodeTerms(batch, batch * CONTEXT, terms);
      const decodeUs = (terms.baseUs + terms.perContextUs * batch * CONTEXT) / batch;
      const inFlight = engine.microBatches ?? 1;
      cost = { prefillUs: stepUs / tokens / inFlight, decodeUs: decodeUs / inFlight };
      this.#costs.set(setup, cost);
    }
    return cost;
  }
}
