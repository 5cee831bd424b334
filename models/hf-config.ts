/**
 * Imports a Hugging Face config.json as a model of the catalogue: Llama-like decoders (dense and mixture of
 * experts), latent attention (DeepSeek, Kimi, GLM-5), windows (Mistral, Gemma, gpt-oss, Llama 4) and gated
 * linear attention (Qwen3-Next, Qwen3.5). Multimodal configs are read through their `text_config`. What could
 * not be read is listed, never guessed.
 */
import { ConfigError } from '../src/core/check.ts';
import { readAttention, readMla } from './hf/attention.ts';
import { denseWidthOfMoe, readMoe } from './hf/experts.ts';
import { isHarmless } from './hf/harmless.ts';
import { readPrecision } from './hf/precision.ts';
import { ConfigReader, isPlainObject, type PlainObject } from './hf/reader.ts';
import { totalParams } from './params.ts';
import type { Indexer, LlmSpec } from './schema.ts';

/** A model read from a config. */
export interface ImportedLlm {
  readonly model: LlmSpec;
  /** What the config says and the model does not hold, one sentence each. */
  readonly unread: readonly string[];
  /** Fields that were not looked at and may matter. */
  readonly unusedFields: readonly string[];
}

/** Types that have been read and checked against published parameter counts. */
const KNOWN_TYPES: readonly string[] = [
  'bloom',
  'deepseek_v2',
  'deepseek_v3',
  'deepseek_v32',
  'gemma',
  'gemma2',
  'gemma3',
  'gemma3_text',
  'glm4_moe',
  'glm_moe_dsa',
  'gpt2',
  'gpt_oss',
  'kimi_k2',
  'llama',
  'llama4',
  'llama4_text',
  'mimo',
  'minimax_m2',
  'ministral',
  'mistral',
  'mistral3',
  'mixtral',
  'opt',
  'phi3',
  'phimoe',
  'qwen2',
  'qwen2_moe',
  'qwen3',
  'qwen3_moe',
  'qwen3_next',
  'qwen3_5_text',
  'qwen3_5_moe_text',
];
/** Types of another build: reading them as a decoder would be wrong. */
const FOREIGN_TYPES: readonly string[] = [
  'bert',
  'deepseek_v4',
  'falcon_mamba',
  'jamba',
  'kimi_linear',
  'mamba',
  'mamba2',
  'nemotron-nas',
  'nemotron_h',
  'rwkv',
  't5',
  'whisper',
];
const UNGATED_TYPES = [
  'bloom',
  'gpt2',
  'gpt_neox',
  'gpt_bigcode',
  'opt',
  'falcon',
  'phi',
  'starcoder2',
  'nemotron',
];
const TIED_TYPES = [
  'bloom',
  'gpt2',
  'gpt_bigcode',
  'opt',
  'gemma',
  'gemma2',
  'gemma3',
  'gemma3_text',
  'cohere',
];
const QK_NORM_TYPES = /^(qwen3|gemma3|olmo2|glm4_moe|minimax_m2)/;
const OUTPUT_GATE_TYPES = /^qwen3_(next|5)/;
const FOURFOLD_TYPES = ['bloom', 'gpt2'];

/**
 * Reads a config object. `id` names the model; `path` is where the config stands in the user's document.
 * Throws ConfigError on missing or ill-formed fields and on architectures that cannot be expressed.
 */
export function importHfConfig(config: unknown, id: string, path = ''): ImportedLlm {
  if (!isPlainObject(config)) {
    throw new ConfigError({ path, found: typeof config, expected: 'the object of a config.json' });
  }
  const nested = isPlainObject(config['text_config']);
  const text = nested ? textConfig(config) : config;
  const reader = new ConfigReader(text, nested ? joined(path, 'text_config') : path);
  checkType(reader);
  if (config['vision_config'] !== undefined)
    reader.notes.push('vision_config: the vision tower is not counted');
  const model = readModel(reader, id);
  return { model, unread: reader.notes, unusedFields: reader.unasked.filter((name) => !isHarmless(name)) };
}

/** A nested text config with what stands only outside of it. */
function textConfig(config: PlainObject): PlainObject {
  const inherited: Record<string, unknown> = {};
  for (const key of ['model_type', 'torch_dtype', 'dtype', 'quantization_config', 'tie_word_embeddings']) {
    if (config[key] !== undefined) inherited[key] = config[key];
  }
  return { ...inherited, ...(config['text_config'] as PlainObject) };
}

function joined(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

function checkType(reader: ConfigReader): void {
  if (FOREIGN_TYPES.includes(reader.type)) {
    throw new ConfigError({
      path: reader.at('model_type'),
      found: `"${reader.type}", whose layers a config does not describe`,
      expected: `a decoder type: ${KNOWN_TYPES.join(', ')}; or a catalogue id`,
    });
  }
  if (!KNOWN_TYPES.includes(reader.type)) {
    reader.notes.push(`model_type "${reader.type}" is unknown: read as a Llama-like decoder`);
  }
  if (reader.natural('num_nextn_predict_layers', 'mtp_num_hidden_layers') > 0) {
    reader.notes.push('num_nextn_predict_layers: multi-token prediction layers are not counted');
  }
}

function readModel(reader: ConfigReader, id: string): LlmSpec {
  const layers = reader.count('num_hidden_layers', 'n_layer', 'num_layers');
  const hiddenSize = reader.count('hidden_size', 'n_embd', 'd_model');
  const attentionHeads = reader.count('num_attention_heads', 'n_head');
  const mla = readMla(reader);
  const moe = readMoe(reader, layers);
  const indexer = readIndexer(reader, layers);
  const shape = {
    id,
    name: id,
    huggingFace: [],
    layers,
    hiddenSize,
    attentionHeads,
    kvHeads: mla === undefined ? readKvHeads(reader, attentionHeads) : attentionHeads,
    headDim: readHeadDim(reader, mla, hiddenSize, attentionHeads),
    intermediateSize: readWidth(reader, moe, hiddenSize),
    gatedMlp: !UNGATED_TYPES.includes(reader.type),
    vocabSize: reader.count('vocab_size'),
    tiedEmbeddings: reader.flag('tie_word_embeddings', TIED_TYPES.includes(reader.type)),
    maxContextTokens: readMaxContext(reader),
    qkNorm: reader.flag('use_qk_norm', QK_NORM_TYPES.test(reader.type)),
    ...(OUTPUT_GATE_TYPES.test(reader.type) ? { outputGate: true } : {}),
    attention: readAttention(reader, layers),
    ...(moe === undefined ? {} : { moe }),
    ...(mla === undefined ? {} : { mla, valueHeadDim: mla.valueHeadDim }),
    ...(indexer === undefined ? {} : { indexer }),
    nativePrecision: readPrecision(reader),
    publishedParamsB: 1,
    sources: [],
  } satisfies LlmSpec;
  return { ...shape, publishedParamsB: totalParams(shape) / 1e9 };
}

function readKvHeads(reader: ConfigReader, attentionHeads: number): number {
  return (
    reader.optionalCount('num_key_value_heads') ?? (reader.flag('multi_query', false) ? 1 : attentionHeads)
  );
}

function readHeadDim(reader: ConfigReader, mla: LlmSpec['mla'], hidden: number, heads: number): number {
  if (mla !== undefined) return mla.nopeHeadDim + mla.ropeHeadDim;
  const given = reader.optionalCount('head_dim');
  if (given !== undefined) return given;
  if (hidden % heads === 0) return hidden / heads;
  throw new ConfigError({
    path: reader.at('num_attention_heads'),
    found: `${heads} heads for a hidden size of ${hidden}`,
    expected: 'a divisor of it, or head_dim',
  });
}

function readWidth(reader: ConfigReader, moe: LlmSpec['moe'], hidden: number): number {
  if (moe !== undefined) return moe.denseLayers === 0 ? 0 : denseWidthOfMoe(reader);
  const width = reader.optionalCount('intermediate_size', 'ffn_dim', 'n_inner');
  if (width !== undefined) return width;
  return FOURFOLD_TYPES.includes(reader.type) ? 4 * hidden : reader.count('intermediate_size');
}

function readMaxContext(reader: ConfigReader): number {
  const given = reader.optionalCount('max_position_embeddings', 'n_positions', 'seq_length', 'max_seq_len');
  if (given !== undefined) return given;
  reader.notes.push('max_position_embeddings is missing: taken as 2048');
  return 2048;
}

function readIndexer(reader: ConfigReader, layers: number): Indexer | undefined {
  const heads = reader.optionalCount('index_n_heads');
  if (heads === undefined) return undefined;
  return { layers, heads, headDim: reader.count('index_head_dim'), topK: reader.count('index_topk') };
}
