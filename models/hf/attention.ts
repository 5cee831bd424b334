/** Attention groups of a Hugging Face config: layer types where listed, else the rule of the model family. */
import { ConfigError } from '../../src/core/check.ts';
import type { AttentionLayers, LinearAttention, LlmSpec } from '../schema.ts';
import type { ConfigReader } from './reader.ts';

type Kind = AttentionLayers['kind'];

/** Names in `layer_types`. */
const LAYER_TYPES: Readonly<Record<string, Kind>> = {
  full_attention: 'full',
  attention: 'full',
  sliding_attention: 'sliding',
  chunked_attention: 'chunked',
  linear_attention: 'linear',
};

/** Latent attention, if the config describes it. */
export function readMla(config: ConfigReader): LlmSpec['mla'] {
  const kvLoraRank = config.optionalCount('kv_lora_rank');
  if (kvLoraRank === undefined) return undefined;
  return {
    kvLoraRank,
    qLoraRank: config.optionalCount('q_lora_rank') ?? null,
    ropeHeadDim: config.count('qk_rope_head_dim'),
    nopeHeadDim: config.count('qk_nope_head_dim'),
    valueHeadDim: config.count('v_head_dim'),
  };
}

/** The attention groups of `layers` layers. */
export function readAttention(config: ConfigReader, layers: number): readonly AttentionLayers[] {
  if (config.raw('kv_lora_rank') !== undefined) {
    const indexKeyDim = config.optionalCount('index_head_dim');
    return [{ layers, kind: 'mla', ...(indexKeyDim === undefined ? {} : { indexKeyDim }) }];
  }
  const kinds = layerKinds(config, layers);
  const order: readonly Kind[] = ['full', 'sliding', 'chunked', 'linear'];
  return order
    .map((kind) => ({ kind, layers: kinds.filter((k) => k === kind).length }))
    .filter((group) => group.layers > 0)
    .map((group) => ({ ...group, ...details(config, group.kind) }));
}

function details(config: ConfigReader, kind: Kind): Partial<AttentionLayers> {
  if (kind === 'sliding') return { windowTokens: config.count('sliding_window') };
  if (kind === 'chunked') return { windowTokens: config.count('attention_chunk_size') };
  return kind === 'linear' ? { linear: readLinear(config) } : {};
}

function readLinear(config: ConfigReader): LinearAttention {
  return {
    variant: 'gated-deltanet',
    keyHeads: config.count('linear_num_key_heads'),
    valueHeads: config.count('linear_num_value_heads'),
    keyHeadDim: config.count('linear_key_head_dim'),
    valueHeadDim: config.count('linear_value_head_dim'),
    convKernel: config.count('linear_conv_kernel_dim'),
  };
}

function layerKinds(config: ConfigReader, layers: number): readonly Kind[] {
  const listed = config.raw('layer_types');
  if (Array.isArray(listed)) return listedKinds(config, listed, layers);
  return Array.from({ length: layers }, (_, i) => ruleKind(config, i));
}

function listedKinds(config: ConfigReader, listed: readonly unknown[], layers: number): readonly Kind[] {
  if (listed.length !== layers) {
    throw new ConfigError({
      path: config.at('layer_types'),
      found: `${listed.length} entries`,
      expected: `one for each of ${layers} layers`,
    });
  }
  return listed.map((name, i) => {
    const kind = typeof name === 'string' && Object.hasOwn(LAYER_TYPES, name) ? LAYER_TYPES[name] : undefined;
    if (kind !== undefined) return kind;
    throw new ConfigError({
      path: config.at(`layer_types[${i}]`),
      found: JSON.stringify(name),
      expected: Object.keys(LAYER_TYPES).join(', '),
    });
  });
}

/** Kind of layer `i` (from 0) where the config lists none. */
function ruleKind(config: ConfigReader, i: number): Kind {
  const windowed = config.raw('sliding_window') !== undefined && config.flag('use_sliding_window', true);
  switch (config.type) {
    case 'gemma2':
    case 'gpt_oss':
      return i % 2 === 0 ? 'sliding' : 'full';
    case 'gemma3':
    case 'gemma3_text': {
      const period = config.optionalCount('sliding_window_pattern') ?? 6;
      return (i + 1) % period === 0 ? 'full' : 'sliding';
    }
    case 'llama4':
    case 'llama4_text':
      return (i + 1) % 4 === 0 || config.raw('attention_chunk_size') === undefined ? 'full' : 'chunked';
    case 'qwen3_next':
    case 'qwen3_5_text':
    case 'qwen3_5_moe_text':
      return (i + 1) % (config.optionalCount('full_attention_interval') ?? 4) === 0 ? 'full' : 'linear';
    case 'qwen2':
    case 'qwen2_moe':
    case 'qwen3':
    case 'qwen3_moe':
      return windowed && config.flag('use_sliding_window', false) ? sparseFrom(config, i) : 'full';
    default:
      return windowed ? 'sliding' : 'full';
  }
}

/** Qwen: only layers from `max_window_layers` on have the window. */
function sparseFrom(config: ConfigReader, i: number): Kind {
  return i >= config.natural('max_window_layers') ? 'sliding' : 'full';
}
