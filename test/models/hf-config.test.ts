/**
 * Hugging Face configs: families against the catalogue's own shapes, and what is refused or listed as unread.
 */
import { describe, expect, test } from 'vitest';
import { importHfConfig } from '../../models/hf-config.ts';
import { kvBytesPerToken, kvGrowthBytesPerToken } from '../../models/kv.ts';
import { findLlm } from '../../models/llms.ts';
import { activeParams, totalParams } from '../../models/params.ts';
import { ConfigError } from '../../src/core/check.ts';

const LLAMA_8B = {
  model_type: 'llama',
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  intermediate_size: 14336,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
};

const QWEN3_30B = {
  model_type: 'qwen3_moe',
  hidden_size: 2048,
  num_hidden_layers: 48,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  head_dim: 128,
  intermediate_size: 6144,
  moe_intermediate_size: 768,
  num_experts: 128,
  num_experts_per_tok: 8,
  decoder_sparse_step: 1,
  mlp_only_layers: [],
  sliding_window: null,
  use_sliding_window: false,
  vocab_size: 151936,
  max_position_embeddings: 40960,
  torch_dtype: 'bfloat16',
};

const DEEPSEEK_V3 = {
  model_type: 'deepseek_v3',
  hidden_size: 7168,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  intermediate_size: 18432,
  moe_intermediate_size: 2048,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  first_k_dense_replace: 3,
  kv_lora_rank: 512,
  q_lora_rank: 1536,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 128,
  v_head_dim: 128,
  num_nextn_predict_layers: 1,
  vocab_size: 129280,
  max_position_embeddings: 163840,
  quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] },
};

const GPT_OSS_120B = {
  model_type: 'gpt_oss',
  hidden_size: 2880,
  num_hidden_layers: 36,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  head_dim: 64,
  intermediate_size: 2880,
  num_local_experts: 128,
  experts_per_token: 4,
  sliding_window: 128,
  layer_types: Array.from({ length: 36 }, (_, i) => (i % 2 === 0 ? 'sliding_attention' : 'full_attention')),
  vocab_size: 201088,
  max_position_embeddings: 131072,
  quantization_config: { quant_method: 'mxfp4' },
};

const GEMMA3_27B = {
  model_type: 'gemma3',
  vision_config: { hidden_size: 1152 },
  text_config: {
    model_type: 'gemma3_text',
    hidden_size: 5376,
    num_hidden_layers: 62,
    num_attention_heads: 32,
    num_key_value_heads: 16,
    head_dim: 128,
    intermediate_size: 21504,
    sliding_window: 1024,
    sliding_window_pattern: 6,
    vocab_size: 262208,
    max_position_embeddings: 131072,
  },
};

const QWEN3_NEXT = {
  model_type: 'qwen3_next',
  hidden_size: 2048,
  num_hidden_layers: 48,
  num_attention_heads: 16,
  num_key_value_heads: 2,
  head_dim: 256,
  intermediate_size: 5120,
  moe_intermediate_size: 512,
  shared_expert_intermediate_size: 512,
  num_experts: 512,
  num_experts_per_tok: 10,
  full_attention_interval: 4,
  linear_num_key_heads: 16,
  linear_num_value_heads: 32,
  linear_key_head_dim: 128,
  linear_value_head_dim: 128,
  linear_conv_kernel_dim: 4,
  vocab_size: 151936,
  max_position_embeddings: 262144,
};

const LLAMA4_MAVERICK = {
  model_type: 'llama4',
  text_config: {
    model_type: 'llama4_text',
    hidden_size: 5120,
    num_hidden_layers: 48,
    num_attention_heads: 40,
    num_key_value_heads: 8,
    head_dim: 128,
    intermediate_size: 8192,
    intermediate_size_mlp: 16384,
    num_local_experts: 128,
    num_experts_per_tok: 1,
    interleave_moe_layer_step: 2,
    attention_chunk_size: 8192,
    vocab_size: 202048,
    max_position_embeddings: 1048576,
  },
};

describe('a config gives the catalogue entry of the same model', () => {
  test.each([
    ['llama-3.1-8b', LLAMA_8B],
    ['qwen3-30b-a3b', QWEN3_30B],
    ['deepseek-v3', DEEPSEEK_V3],
    ['gpt-oss-120b', GPT_OSS_120B],
    ['gemma-3-27b', GEMMA3_27B],
    ['qwen3-next-80b-a3b', QWEN3_NEXT],
    ['llama-4-maverick', LLAMA4_MAVERICK],
  ])('%s', (id, config) => {
    const { model } = importHfConfig(config, 'mine');
    const known = findLlm(id);
    expect(totalParams(model)).toBe(totalParams(known));
    expect(activeParams(model)).toBe(activeParams(known));
    expect(kvBytesPerToken(model)).toBe(kvBytesPerToken(known));
    expect(kvGrowthBytesPerToken(model)).toBe(kvGrowthBytesPerToken(known));
    expect(model.maxContextTokens).toBe(known.maxContextTokens);
    expect(model.nativePrecision).toBe(known.nativePrecision);
  });
});

describe('families without an entry of their own', () => {
  test('gemma2 alternates windows and ties its embeddings', () => {
    const { model } = importHfConfig(
      { ...LLAMA_8B, model_type: 'gemma2', sliding_window: 4096, tie_word_embeddings: undefined },
      'gemma2',
    );
    expect(model.attention).toEqual([
      { kind: 'full', layers: 16 },
      { kind: 'sliding', layers: 16, windowTokens: 4096 },
    ]);
    expect(model.tiedEmbeddings).toBe(true);
  });

  test('mixtral takes the MLP width as the width of an expert', () => {
    const { model } = importHfConfig(
      {
        ...LLAMA_8B,
        model_type: 'mixtral',
        vocab_size: 32000,
        num_local_experts: 8,
        num_experts_per_tok: 2,
      },
      'mixtral',
    );
    expect(totalParams(model)).toBe(totalParams(findLlm('mixtral-8x7b')));
  });

  test('mistral windows every layer, unless the window is null', () => {
    const kinds = (window: number | null): readonly string[] =>
      importHfConfig({ ...LLAMA_8B, model_type: 'mistral', sliding_window: window }, 'm').model.attention.map(
        (group) => group.kind,
      );
    expect(kinds(4096)).toEqual(['sliding']);
    expect(kinds(null)).toEqual(['full']);
  });

  test.each([
    [{ quant_method: 'awq', bits: 4 }, 'int4_wo'],
    [{ quant_method: 'gptq', bits: 8 }, 'int8_wo'],
    [{ quant_method: 'fp8' }, 'fp8'],
    [{ quant_method: 'modelopt', quant_algo: 'NVFP4' }, 'nvfp4'],
    [
      {
        quant_method: 'compressed-tensors',
        config_groups: { group_0: { weights: { num_bits: 4, type: 'int' } } },
      },
      'int4_wo',
    ],
  ])('quantisation %j is %s', (quantization, format) => {
    const { model } = importHfConfig({ ...LLAMA_8B, quantization_config: quantization }, 'q');
    expect(model.nativePrecision).toBe(format);
  });
});

describe('what is not read is said', () => {
  test('vision towers and multi-token prediction are listed', () => {
    expect(importHfConfig(GEMMA3_27B, 'g').unread).toEqual([
      'vision_config: the vision tower is not counted',
    ]);
    expect(importHfConfig(DEEPSEEK_V3, 'd').unread[0]).toMatch(/num_nextn_predict_layers/);
  });

  test('an unknown type is read as a decoder, and that is said', () => {
    const imported = importHfConfig({ ...LLAMA_8B, model_type: 'granite' }, 'g');
    expect(totalParams(imported.model)).toBe(totalParams(findLlm('llama-3.1-8b')));
    expect(imported.unread).toEqual(['model_type "granite" is unknown: read as a Llama-like decoder']);
  });

  test('an unknown quantisation is said', () => {
    const config = { ...LLAMA_8B, quantization_config: { quant_method: 'magic' } };
    expect(importHfConfig(config, 'm').unread[0]).toMatch(/"magic" is unknown/);
  });
});

describe('bad configs are refused with the path of the field', () => {
  test.each([
    ['nothing at all', null, /expected the object/],
    ['no type', { hidden_size: 1 }, /^config\.model_type: found nothing/],
    ['no layers', { ...LLAMA_8B, num_hidden_layers: undefined }, /^config\.num_hidden_layers: found nothing/],
    ['half a head', { ...LLAMA_8B, num_attention_heads: 32.5 }, /^config\.num_attention_heads: found 32\.5/],
    ['a size as text', { ...LLAMA_8B, hidden_size: '4096' }, /^config\.hidden_size: found "4096"/],
    ['a layer list too short', { ...LLAMA_8B, layer_types: ['full_attention'] }, /1 entries/],
    [
      'an unknown layer type',
      { ...LLAMA_8B, num_hidden_layers: 1, layer_types: ['magic'] },
      /layer_types\[0\]: found "magic"/,
    ],
    ['a state-space model', { ...LLAMA_8B, model_type: 'mamba2' }, /model_type: found "mamba2"/],
    ['heads that do not divide', { ...LLAMA_8B, num_attention_heads: 33 }, /expected a divisor/],
  ])('%s', (_what, config, message) => {
    expect(() => importHfConfig(config, 'm', 'config')).toThrow(ConfigError);
    expect(() => importHfConfig(config, 'm', 'config')).toThrow(message);
  });
});
