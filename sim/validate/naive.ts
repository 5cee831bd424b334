/**
 * The straw man that any simulator must beat: TPOT = 1.30 x (weight and KV bytes) / bandwidth + 0.75 ms, TTFT
 * = 3.2 x TPOT, running requests by Little's law. Three numbers, fitted on the calibration half of one family
 * of cases.
 */
import { kvBytesPerTokenPerRank } from '../../models/kv.ts';
import { moeLayers, paramGroups } from '../../models/params.ts';
import { weightFormat } from '../../models/precision.ts';
import type { LlmSpec } from '../../models/schema.ts';
import { weightBytesPerRank } from '../../models/weights.ts';
import type { PoolSetup } from '../cluster/fleet.ts';

const BYTES_FACTOR = 1.3;
const FIXED_MS = 0.75;
const TTFT_FACTOR = 3.2;

/** One stage, by means. */
export interface NaiveLoad {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Requests per second of the fleet, or running requests; one of the two. */
  readonly rateRps: number | null;
  readonly concurrency: number | null;
}

/** Means that the formula predicts. */
export interface NaivePrediction {
  readonly ttftMs: number;
  readonly tpotMs: number;
  readonly e2eMs: number;
  readonly outputTokensPerS: number;
}

/** Deployment facts of the formula. */
export interface NaiveDeployment {
  readonly pool: PoolSetup;
  readonly weights: string;
  readonly tp: number;
}

/** Predicts by iterating Little's law to its fixed point. */
export function naive(deployment: NaiveDeployment, load: NaiveLoad): NaivePrediction {
  const { pool, weights, tp } = deployment;
  const { gpu, model, replicas } = pool;
  const tokens = load.inputTokens + load.outputTokens / 2;
  const kvBytes = kvBytesPerTokenPerRank(model, pool.engine.kv, tp) * tokens;
  const perMs = gpu.memoryGBps * 1e6;
  const most = pool.engine.maxSeqs;
  let running = Math.min(most, (load.concurrency ?? replicas) / replicas);
  let tpotMs = 0;
  // The map contracts below saturation; above it the cap on running requests ends it.
  for (let i = 0; i < 200; i++) {
    const bytes = readWeightBytes(model, weights, tp, running) + running * kvBytes;
    tpotMs = (BYTES_FACTOR * bytes) / perMs + FIXED_MS;
    if (load.rateRps === null) break;
    const e2eS = (TTFT_FACTOR + load.outputTokens - 1) * tpotMs * 1e-3;
    running = Math.min(most, (load.rateRps / replicas) * e2eS);
  }
  const e2eMs = (TTFT_FACTOR + load.outputTokens - 1) * tpotMs;
  return {
    ttftMs: TTFT_FACTOR * tpotMs,
    tpotMs,
    e2eMs,
    outputTokensPerS: (running * replicas * load.outputTokens) / (e2eMs * 1e-3),
  };
}

/** Weights that a step reads: all but the experts that none of the running requests is routed to. */
function readWeightBytes(model: LlmSpec, weights: string, tp: number, running: number): number {
  const whole = weightBytesPerRank(model, weights, { tp });
  const { moe } = model;
  if (moe === undefined || moeLayers(model) === 0) return whole;
  const idle = (1 - moe.expertsPerToken / moe.experts) ** Math.max(1, running);
  return whole - (idle * paramGroups(model).routedExperts * weightFormat(weights).expertBytes) / tp;
}
