/**
 * GPU-only step times against the table that the fit's own prototype produced (docs of the fit, 2026-11-22):
 * decode at mean contexts of 1k and 4k, one prompt of 512, 2048 and 8192 tokens, in ms.
 */
import { describe, expect, test } from 'vitest';
import { findGpu } from '../../models/gpus.ts';
import { findLlm } from '../../models/llms.ts';
import { type Calibration, UNSCALED } from '../../sim/latency/calibration.ts';
import { compileStepModel } from '../../sim/latency/compile.ts';
import type { StepModel } from '../../sim/latency/step-model.ts';
import { decodeShape, promptShape } from './shapes.ts';

const NOTHING = { mode: 'add', baseUs: 0, perSequenceUs: 0, tailUs: 0 } as const;
const GPU_ONLY: Calibration = {
  name: 'gpu-only',
  engine: 'vllm',
  dense: NOTHING,
  moe: NOTHING,
  eagerLayerUs: 0,
  promptLayerUs: 0,
  promptMoeLayerUs: 0,
  kernels: UNSCALED,
  without: [],
  firstTokenLagSteps: 0,
  sampler: { fixedUs: 0, bytesPerEntry: 0 },
  frontEndUs: 0,
  frontEndPerTokenUs: 0,
  handoverUs: 0,
  notes: [],
};

interface Row {
  readonly model: string;
  readonly gpu: string;
  readonly tp: number;
  readonly weights: string;
  readonly kv?: string;
  /** Batches 1, 8, 32, 128, 256 at mean context 1024 and 4096. */
  readonly decode1k: readonly number[];
  readonly decode4k: readonly number[];
  /** Prompts of 512, 2048, 8192. */
  readonly prefill: readonly number[];
}

const ROWS: readonly Row[] = [
  {
    model: 'llama-3.1-8b',
    gpu: 'h100-sxm',
    tp: 1,
    weights: 'bf16',
    decode1k: [6.4, 6.76, 7.99, 13, 20.3],
    decode4k: [6.57, 7.81, 12.1, 29.2, 52.6],
    prefill: [12.4, 44.7, 192],
  },
  {
    model: 'llama-2-70b',
    gpu: 'h100-sxm',
    tp: 4,
    weights: 'bf16',
    decode1k: [15.6, 16.1, 17.7, 23.1, 31.4],
    decode4k: [15.8, 16.8, 20.3, 33.3, 51.7],
    prefill: [37.5, 135, 548],
  },
  {
    model: 'llama-2-70b',
    gpu: 'a100-80gb-sxm',
    tp: 4,
    weights: 'bf16',
    decode1k: [27.2, 28.2, 31.6, 44.8, 69.4],
    decode4k: [27.7, 29.8, 37, 65.4, 110],
    prefill: [94, 346, 1441],
  },
  {
    model: 'mixtral-8x7b',
    gpu: 'h100-sxm',
    tp: 2,
    weights: 'bf16',
    decode1k: [6.75, 15.9, 19.2, 23.5, 28.7],
    decode4k: [6.87, 16.4, 21.3, 31.7, 44.9],
    prefill: [27.4, 60.7, 214],
  },
  {
    model: 'qwen3-32b',
    gpu: 'rtx-pro-6000-server',
    tp: 1,
    weights: 'bf16',
    decode1k: [46.3, 47.8, 52.9, 73.2, 108],
    decode4k: [47.1, 52.2, 69.7, 140, 241],
    prefill: [102, 373, 1621],
  },
  {
    model: 'deepseek-v3',
    gpu: 'h200-sxm',
    tp: 8,
    weights: 'fp8_block',
    decode1k: [8.75, 13.3, 21, 29.9, 37.8],
    decode4k: [8.95, 13.9, 22.7, 36.1, 50.1],
    prefill: [42.8, 99.7, 356],
  },
  {
    model: 'deepseek-v3',
    gpu: 'b200-sxm',
    tp: 8,
    weights: 'nvfp4',
    kv: 'fp8',
    decode1k: [7, 8.8, 12.1, 15.7, 18.9],
    decode4k: [7.1, 9.1, 12.9, 18.1, 23.8],
    prefill: [21.2, 44.3, 146],
  },
];

const BATCHES = [1, 8, 32, 128, 256];
const PROMPTS = [512, 2048, 8192];

function modelOf(row: Row): StepModel {
  return compileStepModel(
    {
      gpu: findGpu(row.gpu, 'gpu'),
      model: findLlm(row.model, 'model'),
      engine: { name: 'vllm', version: '0.19' },
      tp: row.tp,
      pp: 1,
      dp: 1,
      ep: 1,
      precision: { weights: row.weights, kv: row.kv ?? 'bf16' },
      maxBatchedTokens: 8192,
      maxSeqs: 256,
      enforceEager: false,
    },
    GPU_ONLY,
  );
}

describe.each(ROWS)('$model on $gpu at tp $tp', (row) => {
  const model = modelOf(row);
  test.each(BATCHES.map((batch, i) => [batch, i] as const))('decode batch %i', (batch, i) => {
    expectWithin(model.stepUs(decodeShape(batch, batch * 1024)) / 1000, row.decode1k[i]!);
    expectWithin(model.stepUs(decodeShape(batch, batch * 4096)) / 1000, row.decode4k[i]!);
  });
  test.each(PROMPTS.map((tokens, i) => [tokens, i] as const))('prompt of %i tokens', (tokens, i) => {
    expectWithin(model.stepUs(promptShape(model, 0, tokens)) / 1000, row.prefill[i]!);
  });
});

/** Within 2 %. */
function expectWithin(actualMs: number, expectedMs: number): void {
  expect(Math.abs(actualMs / expectedMs - 1), `${actualMs.toFixed(2)} ms, not ${expectedMs}`).toBeLessThan(
    0.02,
  );
}
