/**
 * Contract of the language models: parameters recomputed from the shape, plausible shapes, look-up by either
 * id.
 */
import { describe, expect, test } from 'vitest';
import { findLlm, LLMS } from '../../models/llms.ts';
import { activeParams, denseMlpLayers, moeLayers, paramGroups, totalParams } from '../../models/params.ts';
import { weightFormat } from '../../models/precision.ts';
import { ConfigError } from '../../src/core/check.ts';
import { expectSources } from './sources.ts';

const each = LLMS.map((model) => [model.id, model] as const);

test('at least 60 models, no id or Hugging Face name twice', () => {
  expect(LLMS.length).toBeGreaterThanOrEqual(65);
  const names = LLMS.flatMap((model) => [model.id, ...model.huggingFace.map((name) => name.toLowerCase())]);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(each)('%s', (_id, model) => {
  test('parameters from the shape are within 2 % of the published total', () => {
    const all = totalParams(model) + (model.unloadedParams ?? 0);
    expect(Math.abs(all / (model.publishedParamsB * 1e9) - 1)).toBeLessThan(0.02);
  });

  test('no parameter group is negative, and what the shape does not describe is below 2 %', () => {
    const groups = paramGroups(model);
    expect(Object.values(groups).every((count) => count >= 0)).toBe(true);
    expect(groups.other / totalParams(model)).toBeLessThan(0.02);
    expect(activeParams(model)).toBeLessThanOrEqual(totalParams(model));
  });

  test('layers add up', () => {
    const attention = model.attention.reduce((sum, group) => sum + group.layers, 0);
    expect(attention).toBeGreaterThan(0);
    expect(attention).toBeLessThanOrEqual(model.layers);
    expect(denseMlpLayers(model) + moeLayers(model)).toBe(model.mlpLayers ?? model.layers);
  });

  test('query heads divide over KV heads, windows and linear shapes stand where they must', () => {
    expect(model.attentionHeads % model.kvHeads).toBe(0);
    for (const group of model.attention) {
      if (group.kind === 'sliding' || group.kind === 'chunked') expect(group.windowTokens).toBeGreaterThan(0);
      if (group.kind === 'linear') expect(group.linear).toBeDefined();
      if (group.kind === 'mla') expect(model.mla).toBeDefined();
    }
  });

  test('native precision is a known format; sources are dated', () => {
    expect(weightFormat(model.nativePrecision).id).toBe(model.nativePrecision);
    expectSources(model.sources);
  });
});

test.each([
  // Active parameters in units of 1e9, embeddings included, as model cards and papers state them.
  ['mixtral-8x7b', 12.9],
  ['qwen3-30b-a3b', 3.3],
  ['qwen3-235b-a22b', 22],
  ['deepseek-v3', 37],
  ['kimi-k2', 32],
  ['llama-4-scout', 17],
  ['qwen3.5-397b-a17b', 17],
  ['phi-mini-moe', 2.4],
])('%s activates %d B parameters within 4 %%', (id, billions) => {
  expect(Math.abs(activeParams(findLlm(id)) / (billions * 1e9) - 1)).toBeLessThan(0.04);
});

test('worked example: Llama-3.1-8B has 8,030,261,248 parameters', () => {
  expect(totalParams(findLlm('llama-3.1-8b'))).toBe(8_030_261_248);
});

test('a model is found by catalogue id and by Hugging Face id, in any letter case', () => {
  expect(findLlm('llama-3.1-8b')).toBe(findLlm('meta-llama/llama-3.1-8b-INSTRUCT'));
  expect(findLlm('openai/gpt-oss-120b').id).toBe('gpt-oss-120b');
});

test.each([
  ['neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8', 'llama-3.1-70b'],
  ['RedHatAI/Qwen3-14B-quantized.w4a16', 'qwen3-14b'],
  ['Qwen/Qwen2.5-32B-Instruct-GPTQ-Int4', 'qwen2.5-32b'],
  ['hugging-quants/Meta-Llama-3.1-405B-Instruct-AWQ-INT4', 'llama-3.1-405b'],
])('%s has the shape of %s', (name, id) => {
  expect(findLlm(name).id).toBe(id);
});

test('names that only resemble a model are not taken for it', () => {
  for (const name of ['mistralai/Mistral-7B-Instruct-v0.2', 'Qwen/Qwen3-33B', 'instruct', '']) {
    expect(() => findLlm(name)).toThrow(ConfigError);
  }
});

test('an unknown model names the nearest known one', () => {
  expect(() => findLlm('lama-3.1-8b', 'fleet.pools[0].model')).toThrow(ConfigError);
  expect(() => findLlm('lama-3.1-8b', 'fleet.pools[0].model')).toThrow(/"llama-3.1-8b"/);
});
