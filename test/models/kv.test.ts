/** KV sizes: published bytes per token of a dozen models, formats, replication, windows, state. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  kvBytesOfSequence,
  kvBytesPerToken,
  kvBytesPerTokenPerRank,
  kvGrowthBytesPerToken,
  stateBytesPerSequence,
} from '../../models/kv.ts';
import { KV_FORMATS, parseKvFormat } from '../../models/kv-formats.ts';
import { findLlm, LLMS } from '../../models/llms.ts';
import { ConfigError } from '../../src/core/check.ts';
import { expectSources } from './sources.ts';

describe('bytes per token in bf16', () => {
  test.each([
    ['llama-2-7b', 524_288],
    ['llama-3.1-8b', 131_072],
    ['llama-3.1-70b', 327_680],
    ['llama-3.1-405b', 516_096],
    ['qwen3-8b', 147_456],
    ['qwen3-32b', 262_144],
    ['qwen3-235b-a22b', 192_512],
    ['mixtral-8x7b', 131_072],
    ['deepseek-v3', 70_272],
    ['kimi-k2', 70_272],
    ['gpt-oss-120b', 73_728],
    ['gemma-3-27b', 507_904],
    ['glm-4.5', 376_832],
    ['qwen3-next-80b-a3b', 24_576],
    ['mimo-v2-flash', 222_720],
    ['gemma-4-31b', 901_120],
  ])('%s: %d', (id, bytes) => {
    expect(kvBytesPerToken(findLlm(id))).toBe(bytes);
  });
});

test.each([
  ['gpt-oss-120b', 36_864],
  ['gemma-3-27b', 81_920],
  ['llama-4-scout', 49_152],
  ['mistral-7b', 0],
  ['mimo-v2-flash', 23_040],
])('%s grows by %d bytes a token once its windows are full', (id, bytes) => {
  expect(kvGrowthBytesPerToken(findLlm(id))).toBe(bytes);
});

test('sparse attention adds an index key of 132 bytes a layer: 8052 bytes in DeepSeek-V3.2', () => {
  const sparse = kvBytesPerToken(findLlm('deepseek-v3.2'), 'fp8');
  expect(sparse - kvBytesPerToken(findLlm('deepseek-v3'), 'fp8')).toBe(8052);
});

test('state in fp32 and convolution tails in bf16: Qwen3-Next holds 77,266,944 bytes a sequence', () => {
  expect(stateBytesPerSequence(findLlm('qwen3-next-80b-a3b'))).toBe(75_497_472 + 1_769_472);
  expect(stateBytesPerSequence(findLlm('llama-3.1-8b'))).toBe(0);
});

test('G28: with more ranks than KV heads the heads are replicated, in memory and on the wire', () => {
  const model = findLlm('qwen3-235b-a22b');
  expect(32_768 * kvBytesPerToken(model)).toBeCloseTo(6.31e9, -7);
  expect(32_768 * kvBytesPerToken(model, 'bf16', 8)).toBeCloseTo(12.62e9, -7);
  expect(kvBytesPerToken(model, 'bf16', 8)).toBe(2 * 192_512);
});

describe('formats', () => {
  const perToken = (id: string, kv: string): number => kvBytesPerToken(findLlm(id), kv);

  test('fp8 halves bf16, nvfp4 takes 4.5 bits', () => {
    expect(perToken('llama-3.1-8b', 'fp8')).toBe(65_536);
    expect(perToken('llama-3.1-8b', 'nvfp4')).toBe(36_864);
  });

  test('a latent vector in fp8_ds_mla takes 656 bytes a layer', () => {
    expect(perToken('deepseek-v3', 'fp8_ds_mla')).toBe(61 * 656);
  });

  test.each([
    ['turboquant_k8v4', 196],
    ['turboquant_4bit_nc', 136],
    ['turboquant_k3v4_nc', 120],
    ['turboquant_3bit_nc', 104],
  ])('%s takes %d bytes per token and head of 128', (kv, bytes) => {
    expect(perToken('llama-3.1-8b', kv)).toBe(32 * 8 * bytes);
  });

  test('engine spellings are understood, others refused with the nearest', () => {
    expect(parseKvFormat('auto')).toBe('bf16');
    expect(parseKvFormat('FP8_E4M3')).toBe('fp8');
    expect(() => parseKvFormat('fp9', 'precision.kv')).toThrow(ConfigError);
    expect(() => parseKvFormat('constructor')).toThrow(ConfigError);
  });

  test('every format says where it comes from', () => {
    for (const format of KV_FORMATS) expectSources(format.sources);
  });
});

describe('laws, over all models', () => {
  const model = fc.constantFrom(...LLMS);
  const kv = fc.constantFrom('bf16', 'fp8', 'nvfp4');
  const tp = fc.constantFrom(1, 2, 4, 8, 16);

  test('ranks together hold at least one copy, and no rank more than all of it', () => {
    fc.assert(
      fc.property(model, kv, tp, (m, format, ranks) => {
        const once = kvBytesPerToken(m, format);
        const together = kvBytesPerToken(m, format, ranks);
        expect(together).toBeGreaterThanOrEqual(once * (1 - 1e-9));
        expect(kvBytesPerTokenPerRank(m, format, ranks)).toBeLessThanOrEqual(once * (1 + 1e-9));
      }),
    );
  });

  test('a longer sequence never takes less, and growth is what it adds in the end', () => {
    fc.assert(
      fc.property(model, fc.integer({ min: 0, max: 200_000 }), (m, context) => {
        const here = kvBytesOfSequence(m, 'bf16', context);
        const next = kvBytesOfSequence(m, 'bf16', context + 1);
        expect(next).toBeGreaterThanOrEqual(here);
        if (context > 10_000) expect(next - here).toBeCloseTo(kvGrowthBytesPerToken(m), 3);
      }),
    );
  });
});

test('KV heads are replicated when ranks outnumber them: Qwen3-235B at TP8 moves twice the bytes', () => {
  const model = findLlm('qwen3-235b-a22b');
  expect(kvBytesPerToken(model, 'bf16', 8)).toBe(2 * kvBytesPerToken(model));
});

test('a latent vector lies on every rank', () => {
  const model = findLlm('deepseek-v3');
  expect(kvBytesPerTokenPerRank(model, 'bf16', 8)).toBe(70_272);
});
