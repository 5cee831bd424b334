/**
 * KV pool sizes against what vLLM logged. The H100 figures are published start-up breakdowns
 * of vLLM (their version is not stated; negative CUDA graph memory dates them to 0.11.1 to 0.19; read 2026-11-22; utilisation 0.9 but where noted, blocks of 128, max_model_len 16000); block
 * counts are from the logs of the inference-sim validation runs (vLLM 0.15.1, H100, 128 sequences) and an
 * ISPASS run on an RTX A6000 (0.11.1).
 */

import { describe, expect, test } from 'vitest';
import { findGpu } from '../../models/gpus.ts';
import { findLlm } from '../../models/llms.ts';
import { buildFleet } from '../../sim/cluster/fleet.ts';
import { type CapacityInput, vllmKvBlocks } from '../../sim/engine/capacity.ts';
import type { EngineContext } from '../../sim/engine/kind.ts';
import { sglangPoolTokens } from '../../sim/engine/sglang/capacity.ts';
import { sglangConfig } from '../../sim/engine/sglang/config.ts';

const GIB = 2 ** 30;

function input(changes: Partial<Omit<CapacityInput, 'model'>> & { model: string }): CapacityInput {
  return {
    gpu: findGpu('h100-sxm'),
    tp: 1,
    pp: 1,
    weights: 'bf16',
    kv: 'bf16',
    gpuMemoryUtilization: 0.9,
    maxBatchedTokens: 8192,
    maxSeqs: 1024,
    maxModelLen: 16_000,
    blockSizeTokens: 128,
    version: '0.12',
    enforceEager: false,
    ...changes,
    model: findLlm(changes.model),
  };
}

describe('memory logged on H100', () => {
  test.each([
    { model: 'openai/gpt-oss-20b', tp: 1, weights: 'mxfp4', use: 0.9, logged: [13.47, 7.38, 50.28] },
    // Listed with utilisation 0.9, but its parts add up to 0.95 of 79.18 GiB.
    { model: 'openai/gpt-oss-120b', tp: 1, weights: 'mxfp4', use: 0.95, logged: [64.38, 7.38, 3.33] },
    {
      model: 'RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic',
      tp: 2,
      weights: 'fp8',
      use: 0.9,
      logged: [33.88, 4.84, 32.0],
    },
    {
      model: 'meta-llama/Llama-3.1-8B-Instruct',
      tp: 1,
      weights: 'bf16',
      use: 0.9,
      logged: [14.99, 4.76, 51.38],
    },
    { model: 'Qwen/Qwen3-0.6B', tp: 1, weights: 'bf16', use: 0.9, logged: [1.12, 5.56, 64.45] },
    { model: 'Qwen/Qwen3-32B', tp: 1, weights: 'bf16', use: 0.9, logged: [61.03, 5.64, 4.45] },
    { model: 'Qwen/Qwen3-32B', tp: 2, weights: 'bf16', use: 0.9, logged: [30.59, 5.64, 34.49] },
  ])('$model at tp $tp: weights within 1.5 %, activations within 3 %, pool within 0.6 GiB', (row) => {
    const sized = vllmKvBlocks(
      input({ model: row.model, tp: row.tp, weights: row.weights, gpuMemoryUtilization: row.use }),
    );
    const [weights = 0, activation = 0, pool = 0] = row.logged;
    expect(Math.abs(sized.weightBytes / GIB / weights - 1)).toBeLessThan(0.015);
    expect(Math.abs(sized.activationBytes / GIB / activation - 1)).toBeLessThan(0.03);
    expect(Math.abs((sized.blocks * sized.kvBytesPerBlock) / GIB - pool)).toBeLessThan(0.6);
  });

  test('a multimodal model at 0.95 with 256 sequences: weights within 1 %, pool within 4 %', () => {
    const sized = vllmKvBlocks(
      input({ model: 'mistral-small-3.2-24b', gpuMemoryUtilization: 0.95, maxSeqs: 256 }),
    );
    expect(Math.abs(sized.weightBytes / GIB / 44.76 - 1)).toBeLessThan(0.01);
    expect(Math.abs((sized.blocks * sized.kvBytesPerBlock) / GIB / 28.2 - 1)).toBeLessThan(0.04);
  });
});

describe('block counts that vLLM logged', () => {
  const small = { blockSizeTokens: 16, maxSeqs: 128, version: '0.15.1', maxModelLen: 4096 };
  test.each([
    { name: '70B, tp 4, 8192 tokens', model: 'llama-3.1-70b', tp: 4, tokens: 8192, blocks: 30_251 },
    { name: '70B, tp 4, 2048 tokens', model: 'llama-3.1-70b', tp: 4, tokens: 2048, blocks: 30_425 },
    { name: 'Qwen2.5-7B, 2048 tokens', model: 'qwen2.5-7b', tp: 1, tokens: 2048, blocks: 65_352 },
    { name: 'Qwen2.5-7B, 1024 tokens', model: 'qwen2.5-7b', tp: 1, tokens: 1024, blocks: 65_368 },
    { name: 'Llama-2-7B, 2048 tokens', model: 'llama-2-7b', tp: 1, tokens: 2048, blocks: 7463 },
  ])('$name: within 1 %', ({ model, tp, tokens, blocks }) => {
    const sized = vllmKvBlocks(input({ ...small, model, tp, maxBatchedTokens: tokens }));
    expect(Math.abs(sized.blocks / blocks - 1)).toBeLessThan(0.01);
  });

  test('Llama-3.1-8B on an RTX A6000, eager: 13545 blocks within 1 %', () => {
    const sized = vllmKvBlocks(
      input({
        model: 'llama-3.1-8b',
        gpu: findGpu('rtx-a6000'),
        maxBatchedTokens: 2048,
        maxSeqs: 256,
        blockSizeTokens: 16,
        version: '0.11.1',
        enforceEager: true,
      }),
    );
    expect(Math.abs(sized.blocks / 13_545 - 1)).toBeLessThan(0.01);
  });
});

describe('pools that what runs gives away (vLLM 0.10, FlashInfer sampler)', () => {
  const old = { version: '0.10.2', blockSizeTokens: 16 };
  test('Llama-3.1-70B at TP 2 and 0.95 holds three requests of 10,000 + 1,000 tokens, not four', () => {
    const sized = vllmKvBlocks(
      input({ ...old, model: 'llama-3.1-70b', tp: 2, gpuMemoryUtilization: 0.95, maxModelLen: 32_000 }),
    );
    expect((sized.blocks * 16) / 10_500).toBeGreaterThan(3);
    expect((sized.blocks * 16) / 10_500).toBeLessThan(4);
  });

  test('gpt-oss-120b fits on one H100 at 0.9; with the sorting sampler of 0.11.1 it does not', () => {
    const blocks = (version: string): number =>
      vllmKvBlocks(input({ ...old, version, model: 'gpt-oss-120b', weights: 'mxfp4' })).blocks;
    expect(blocks('0.10.2')).toBeGreaterThan(1000);
    expect(blocks('0.11.1')).toBeLessThan(0);
  });
});

test('gpt-oss-120b on H200 with vLLM 0.27.1: the logged 1,630,790 tokens within 1 %', () => {
  const sized = vllmKvBlocks(
    input({
      model: 'gpt-oss-120b',
      weights: 'mxfp4',
      gpu: findGpu('h200-sxm'),
      version: '0.27.1',
      gpuMemoryUtilization: 0.92,
    }),
  );
  expect(Math.abs((sized.blocks * 128) / 1_630_790 - 1)).toBeLessThan(0.01);
});

describe('laws', () => {
  test('a model that does not fit has no blocks', () => {
    expect(vllmKvBlocks(input({ model: 'llama-3.1-70b' })).blocks).toBeLessThanOrEqual(0);
  });

  test('KV in fp8 doubles the pool', () => {
    const bf16 = vllmKvBlocks(input({ model: 'llama-3.1-8b' })).blocks;
    const fp8 = vllmKvBlocks(input({ model: 'llama-3.1-8b', kv: 'fp8' })).blocks;
    expect(Math.abs(fp8 - 2 * bf16)).toBeLessThanOrEqual(1);
  });

  test('beyond one rank per KV head a block stops shrinking', () => {
    const bytes = (tp: number): number =>
      vllmKvBlocks(input({ model: 'qwen3-235b-a22b', tp, weights: 'fp8' })).kvBytesPerBlock;
    expect(bytes(2)).toBe(2 * bytes(4));
    expect(bytes(8)).toBe(bytes(4));
  });

  test('versions that reserve for CUDA graphs have fewer blocks, unless eager', () => {
    const blocks = (version: string, enforceEager: boolean): number =>
      vllmKvBlocks(input({ model: 'llama-3.1-8b', version, enforceEager })).blocks;
    expect(blocks('0.27', false)).toBeLessThan(blocks('0.19', false));
    expect(blocks('0.27', true)).toBe(blocks('0.19', true));
  });

  test('windows and recurrent state cost a sequence a fixed number of blocks, plain attention none', () => {
    expect(vllmKvBlocks(input({ model: 'llama-3.1-8b' })).fixedBlocks(8192)).toBe(0);
    expect(vllmKvBlocks(input({ model: 'gpt-oss-20b', weights: 'mxfp4' })).fixedBlocks(8192)).toBe(2);
    expect(vllmKvBlocks(input({ model: 'qwen3.5-9b' })).fixedBlocks(8192)).toBeGreaterThan(0);
  });
});

describe('wide expert parallelism', () => {
  test('DeepSeek-V3 fits eight H200 with data-parallel attention: each rank holds an eighth of the experts', () => {
    const pools = (dp: number) =>
      buildFleet(
        {
          pools: [
            {
              name: 'chat',
              role: 'both',
              replicas: 1,
              gpu: 'h200-sxm',
              model: 'deepseek-v3',
              parallel: { tp: 1, dp, ep: dp },
              engine: { name: 'vllm' },
            },
          ],
        },
        undefined,
        'fleet',
      ).pools;
    expect(() => pools(1)).toThrow(/weights take/);
    expect(pools(8)[0]!.engine.kvBlocks).toBeGreaterThan(10_000);
  });
});

test('SGLang keeps windowed layers in a pool of 0.8 times the tokens of the other', () => {
  const context = (model: string): EngineContext => ({
    ...{ gpu: findGpu('h100-sxm'), model: findLlm(model), tp: 2, pp: 1, dp: 1, ep: 1 },
    ...{ weights: 'bf16', kv: 'bf16', version: undefined, args: {}, path: 'fleet.pools[0]' },
  });
  const pool = (model: string): number => {
    const given = context(model);
    const config = sglangConfig(
      undefined,
      { mem_fraction_static: 0.8 },
      {
        gpuMemoryBytes: given.gpu.memoryBytes,
        tp: 2,
        modelMaxLen: given.model.maxContextTokens,
        path: 'engine',
      },
    );
    const { tokens, weightBytes } = sglangPoolTokens(config, given, 'bf16');
    return (2 * (given.gpu.memoryBytes * 0.8 - weightBytes)) / tokens;
  };
  // Gemma-3-27B: 81,920 bytes a token in layers that see everything, 425,984 in windowed ones.
  expect(pool('gemma-3-27b')).toBeCloseTo(81_920 + 0.8 * 425_984, -1);
  expect(pool('llama-3.1-8b')).toBeCloseTo(131_072, -1);
});
