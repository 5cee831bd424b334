/**
 * Weight bytes: logged sizes, formats, splits. Logged: published start-up breakdowns of vLLM on
 * H100, read 2026-11-22.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLlm, LLMS } from '../../models/llms.ts';
import { parseWeightFormat, WEIGHT_FORMATS, weightFormat } from '../../models/precision.ts';
import { activeWeightBytes, weightBytes, weightBytesPerRank } from '../../models/weights.ts';
import { ConfigError } from '../../src/core/check.ts';

const GIB = 2 ** 30;

test.each([
  ['llama-3.1-8b', 'bf16', 14.99],
  ['qwen3-0.6b', 'bf16', 1.12],
  ['qwen3-32b', 'bf16', 61.03],
  ['gpt-oss-20b', 'mxfp4', 13.47],
  ['gpt-oss-120b', 'mxfp4', 64.38],
])('%s in %s takes the logged %d GiB within 1.5 %%', (id, weights, gib) => {
  expect(Math.abs(weightBytes(findLlm(id), weights) / GIB / gib - 1)).toBeLessThan(0.015);
});

describe('formats', () => {
  test('embeddings and head stay in 16 bit: Llama-3.1-8B in fp8 is 6.98 B x 1 + 1.05 B x 2 bytes', () => {
    const bytes = weightBytes(findLlm('llama-3.1-8b'), 'fp8');
    expect(Math.abs(bytes / (6.98e9 + 2 * 1.0507e9) - 1)).toBeLessThan(0.001);
  });

  test('the order of sizes is bf16, fp8, nvfp4, int4_wo for every dense model', () => {
    for (const model of LLMS.filter((m) => m.moe === undefined)) {
      const sizes = ['bf16', 'fp8', 'nvfp4', 'int4_wo'].map((format) => weightBytes(model, format));
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    }
  });

  test('names of cases and checkpoints are understood', () => {
    expect(parseWeightFormat('FP16')).toBe('bf16');
    expect(parseWeightFormat('MXFP4 (MoE) / BF16')).toBe('mxfp4');
    expect(parseWeightFormat('AWQ')).toBe('int4_wo');
    expect(parseWeightFormat('fp4')).toBe('nvfp4');
  });

  test('unknown names are refused with the nearest known one', () => {
    expect(() => parseWeightFormat('fp8_blok', 'precision.weights')).toThrow(ConfigError);
    expect(() => parseWeightFormat('fp8_blok')).toThrow(/"fp8_block"/);
    expect(() => parseWeightFormat('toString')).toThrow(ConfigError);
  });

  test('each format has kernels and positive sizes', () => {
    for (const format of WEIGHT_FORMATS) {
      expect(format.denseBytes).toBeGreaterThan(0.4);
      expect(weightFormat(format.id)).toBe(format);
    }
  });
});

describe('splits', () => {
  const model = fc.constantFrom(...LLMS);
  const split = fc.record({ tp: fc.constantFrom(1, 2, 4, 8), pp: fc.constantFrom(1, 2, 4) });

  test('ranks together hold at least the model, and more ranks never a larger share', () => {
    fc.assert(
      fc.property(model, split, (m, { tp, pp }) => {
        const whole = weightBytes(m, 'bf16');
        const rank = weightBytesPerRank(m, 'bf16', { tp, pp });
        expect(rank * tp * pp).toBeGreaterThanOrEqual(whole * 0.999);
        expect(weightBytesPerRank(m, 'bf16', { tp: tp * 2, pp })).toBeLessThan(rank);
      }),
    );
  });

  test('experts spread over more ranks than attention', () => {
    const v3 = findLlm('deepseek-v3');
    const tp8 = weightBytesPerRank(v3, 'fp8_block', { tp: 8 });
    const ep32 = weightBytesPerRank(v3, 'fp8_block', { tp: 8, ep: 32 });
    expect(tp8 - ep32).toBeCloseTo(653.9e9 * (1 / 8 - 1 / 32) * (1 + 4 / 16_384), -8);
  });

  test('a decode step reads the active experts only', () => {
    const bytes = activeWeightBytes(findLlm('deepseek-v3'), 'fp8');
    expect(bytes).toBeGreaterThan(37e9);
    expect(bytes).toBeLessThan(42e9);
  });
});
