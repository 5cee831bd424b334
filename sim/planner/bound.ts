/**
 * Lower bounds: what no router, cache or luck can beat, so a fleet that breaks one need not be simulated.
 *
 * Latency: a first token needs the front end and steps for every prompt token that no cache can hold; a further token needs
 * a step. Work: of the requests that the SLO lets count, all that arrive in a window and are due in it must be worked off by
 * the replicas within the window (a processor-demand bound, exact for the finite run). Requests that the SLO forgives are
 * taken to be the costliest ones. Step times are taken at their best: full caches, no attention, the cheapest batch size;
 * they must not fall with a step's tokens.
 */

import type { Fleet, PoolSetup } from '../cluster/fleet.ts';
import { checkLabel } from '../compare/decision.ts';
import type { DecodeTerms, StepModel, StepShape } from '../latency/step-model.ts';
import { loosestLimits, quantileOf, requiredAttainment, sloLimits } from '../metrics/slo.ts';
import type { SloSpec } from '../scenario/schema.ts';
import type { OfferedRequest, Traffic } from './traffic.ts';

/** Ratio of neighbouring sizes at which steps are timed; the bound loses at most so much. */
const GRID_RATIO = 1.05;
/** Slack for rounding. */
const TOLERANCE = 1 + 1e-6;

/** Best step times of a deployment, µs. */
export interface Floors {
  /** Per token of a step, prompt or output. */
  readonly perTokenUs: number;
  /** Per output token, weights shared by the largest batch. */
  readonly perOutputUs: number;
  /** Shortest step, and least time per output token (drafts yield several a step). */
  readonly stepUs: number;
  readonly outputTokenUs: number;
  /** Shortest time to the first token of a request. */
  firstTokenUs(request: OfferedRequest): number;
}

/** Why a fleet cannot meet the SLO, or null. */
export function brokenBound(fleet: Fleet, slo: SloSpec, traffics: readonly Traffic[]): string | null {
  const floors = fleet.pools.map((pool) => floorsOf(pool));
  for (const bound of [latencyBroken, workBroken]) {
    const first = traffics.length === 0 ? null : bound(fleet, floors, slo, traffics[0]!);
    // The mean over seeds is beyond a limit for certain only if every seed is.
    if (first === null) continue;
    if (traffics.slice(1).every((traffic) => bound(fleet, floors, slo, traffic) !== null)) return first;
  }
  return null;
}

/** Floors by set-up engine: fleets that differ in replicas only share theirs. */
const KNOWN = new WeakMap<PoolSetup['engine'], Floors>();

/** The best step times of a pool's engines. */
export function floorsOf(pool: PoolSetup): Floors {
  let floors = KNOWN.get(pool.engine);
  if (floors === undefined) {
    floors = computeFloors(pool);
    KNOWN.set(pool.engine, floors);
  }
  return floors;
}

function computeFloors(pool: PoolSetup): Floors {
  const { stepModel, engine } = pool;
  const budget = engine.maxBatchedTokens;
  let perTokenUs = Number.POSITIVE_INFINITY;
  let perOutputUs = Number.POSITIVE_INFINITY;
  let shortestUs = Number.POSITIVE_INFINITY;
  for (let tokens = 1; tokens <= budget; ) {
    const next = Math.min(budget + 1, Math.max(tokens + 1, Math.ceil(tokens * GRID_RATIO)));
    const us = Math.min(
      promptStepUs(stepModel, tokens),
      decodeStepUs(stepModel, Math.min(tokens, engine.maxSeqs)),
    );
    perTokenUs = Math.min(perTokenUs, us / (next - 1));
    shortestUs = Math.min(shortestUs, us);
    if (tokens <= engine.maxSeqs) {
      const withPrompt = promptStepUs(stepModel, tokens);
      const best = Math.min(decodeStepUs(stepModel, tokens), withPrompt);
      perOutputUs = Math.min(perOutputUs, best / Math.min(next - 1, engine.maxSeqs));
    }
    tokens = next;
  }
  const perStep = engine.tokensPerStep ?? 1;
  // As many micro-batches are in flight, each as large as the budget allows.
  const inFlight = engine.microBatches ?? 1;
  perTokenUs /= inFlight;
  perOutputUs /= inFlight;
  return {
    perTokenUs,
    perOutputUs: perOutputUs / perStep,
    stepUs: shortestUs,
    outputTokenUs: shortestUs / perStep,
    firstTokenUs: ({ promptTokens, freshTokens }) =>
      stepModel.frontEndUs(promptTokens) + Math.max(shortestUs, freshTokens * perTokenUs),
  };
}

function promptStepUs(model: StepModel, tokens: number): number {
  const chunked = (prefillChunks: number): number =>
    model.stepUs({ ...EMPTY, prefillChunks, prefillTokens: tokens, sampledRows: 0 });
  return Math.min(chunked(1), chunked(Math.min(16, tokens)));
}

function decodeStepUs(model: StepModel, sequences: number): number {
  const terms: DecodeTerms = { baseUs: 0, perContextUs: 0, validToContext: 0 };
  model.decodeTerms(sequences, sequences, terms);
  return terms.baseUs + terms.perContextUs * sequences;
}

const EMPTY: StepShape = {
  decodeSequences: 0,
  decodeContextTokens: 0,
  draftTokens: 0,
  prefillChunks: 0,
  prefillTokens: 0,
  prefillContextTokens: 0,
  prefillAttentionUs: 0,
  sampledRows: 0,
};

/** Requests that may miss the limits: refused ones leave the distributions, so the costliest of them may be missing. */
function forgiven(slo: SloSpec, requests: number): number {
  return Math.floor((1 - (requiredAttainment(slo) ?? 0)) * requests + 1e-9);
}

function latencyBroken(
  fleet: Fleet,
  floors: readonly Floors[],
  slo: SloSpec,
  traffic: Traffic,
): string | null {
  const { requests, isOpen } = traffic;
  if (requests.length === 0) return null;
  const firstUs = (request: OfferedRequest): number =>
    bestOf(fleet, floors, 'prefill', (f) => f.firstTokenUs(request));
  const chunkUs = bestOf(fleet, floors, 'decode', (f) => f.stepUs);
  const outputTokenUs = bestOf(fleet, floors, 'decode', (f) => f.outputTokenUs);
  const served = requests.length - forgiven(slo, requests.length);
  for (const { metric, statistic, limitMs } of sloLimits(slo)) {
    const quantile = quantileOf(statistic);
    if (metric === 'itlMs' || metric === 'tpotMs') {
      const stepUs = metric === 'itlMs' ? chunkUs : outputTokenUs;
      if (stepUs > limitMs * 1e3 * TOLERANCE) {
        return `${checkLabel(`${metric}.${statistic}`)} is at least ${(stepUs / 1e3).toFixed(1)} ms, the shortest step, against ${limitMs} ms`;
      }
    } else if (metric === 'ttftMs' && isOpen && quantile !== null && served > 0) {
      const sorted = requests.map(firstUs).sort((a, b) => a - b);
      const least = sorted[Math.floor(quantile * (served - 1))]!;
      if (least > limitMs * 1e3 * TOLERANCE) {
        return `TTFT ${statistic} is at least ${(least / 1e3).toFixed(0)} ms without any queue, against ${limitMs} ms`;
      }
    }
  }
  return null;
}

function workBroken(fleet: Fleet, floors: readonly Floors[], slo: SloSpec, traffic: Traffic): string | null {
  if (!traffic.isOpen) return null;
  const { ttftUs, tpotUs, e2eUs } = loosestLimits(slo);
  for (const leg of ['prefill', 'decode'] as const) {
    const replicas = replicasOf(fleet, leg);
    const perTokenUs = bestOf(fleet, floors, leg, (f) => f.perTokenUs);
    const perOutputUs = bestOf(fleet, floors, leg, (f) => f.perOutputUs);
    const isWhole = fleet.pools.every((pool) => pool.role === 'both');
    const jobs = traffic.requests.map((request) => {
      const further = request.outputTokens - 1;
      const endUs = Math.min(e2eUs, ttftUs + (further === 0 ? 0 : further * tpotUs));
      const dueUs = request.arrivalUs + (leg === 'prefill' ? Math.min(ttftUs, e2eUs) : endUs);
      const tokens = leg === 'prefill' ? request.freshTokens : further + (isWhole ? request.freshTokens : 0);
      const workUs =
        leg === 'prefill' ? tokens * perTokenUs : Math.max(tokens * perTokenUs, further * perOutputUs);
      return { arrivalUs: request.arrivalUs, dueUs, workUs };
    });
    const use = demand(jobs, replicas, forgiven(slo, jobs.length));
    if (use > TOLERANCE) {
      return `${leg} work that is due within the run takes ${(use * 100).toFixed(0)} % of the time of ${replicas} replicas at best`;
    }
  }
  return null;
}

/** Largest share of the replicas' time that jobs due in a window from the first arrival on need. */
function demand(
  jobs: readonly { readonly arrivalUs: number; readonly dueUs: number; readonly workUs: number }[],
  replicas: number,
  excused: number,
): number {
  const due = jobs.filter((job) => Number.isFinite(job.dueUs)).sort((a, b) => a.dueUs - b.dueUs);
  if (due.length === 0) return 0;
  const costliest = due.map((job) => job.workUs).sort((a, b) => b - a);
  const excusedUs = costliest.slice(0, excused).reduce((sum, us) => sum + us, 0);
  const startUs = due.reduce((first, job) => Math.min(first, job.arrivalUs), Number.POSITIVE_INFINITY);
  let workUs = -excusedUs;
  let most = 0;
  for (const job of due) {
    workUs += job.workUs;
    most = Math.max(most, workUs / (replicas * (job.dueUs - startUs)));
  }
  return most;
}

type Leg = 'prefill' | 'decode';

/** A router may leave short prompts to the decode pool, so that every pool counts for prefill. */
function serves(pool: PoolSetup, leg: Leg): boolean {
  return leg === 'prefill' || pool.role !== 'prefill';
}

function replicasOf(fleet: Fleet, leg: Leg): number {
  return fleet.pools.filter((pool) => serves(pool, leg)).reduce((sum, pool) => sum + pool.replicas, 0);
}

function bestOf(fleet: Fleet, floors: readonly Floors[], leg: Leg, of: (floors: Floors) => number): number {
  return fleet.pools.reduce(
    (best, pool, i) => (serves(pool, leg) ? Math.min(best, of(floors[i]!)) : best),
    Number.POSITIVE_INFINITY,
  );
}
