/** Experts of a Hugging Face config. */
import type { LlmSpec } from '../schema.ts';
import type { ConfigReader } from './reader.ts';

type Moe = NonNullable<LlmSpec['moe']>;

/** Types whose `intermediate_size` is the width of an expert. */
const EXPERT_WIDTH_IS_INTERMEDIATE = ['mixtral', 'gpt_oss', 'phimoe', 'llama4', 'llama4_text', 'minimax_m2'];

/** The mixture of experts, or undefined for a dense model. */
export function readMoe(config: ConfigReader, layers: number): Moe | undefined {
  const experts = config.optionalCount('num_local_experts', 'n_routed_experts', 'num_experts');
  if (experts === undefined || experts === 1) return undefined;
  const narrow = EXPERT_WIDTH_IS_INTERMEDIATE.includes(config.type);
  const width = narrow
    ? config.count('moe_intermediate_size', 'intermediate_size')
    : config.count('moe_intermediate_size', 'expert_intermediate_size');
  return {
    experts,
    expertsPerToken: config.count(
      'num_experts_per_tok',
      'num_experts_per_token',
      'moe_topk',
      'experts_per_token',
    ),
    expertIntermediateSize: width,
    ...sharedExperts(config, width),
    denseLayers: denseLayers(config, layers),
  };
}

/** Width of the dense layers of an MoE model. */
export function denseWidthOfMoe(config: ConfigReader): number {
  return config.count('intermediate_size_mlp', 'intermediate_size');
}

function sharedExperts(
  config: ConfigReader,
  width: number,
): { sharedExperts: number; sharedIntermediateSize?: number } {
  if (config.type === 'llama4' || config.type === 'llama4_text') return { sharedExperts: 1 };
  const together = config.optionalCount('shared_expert_intermediate_size', 'shared_intermediate_size');
  const sharedExpertCount = config.natural('n_shared_experts', 'num_shared_experts');
  if (together === undefined) return { sharedExperts: sharedExpertCount };
  const sharedExperts = Math.max(1, sharedExpertCount);
  return together === width * sharedExperts
    ? { sharedExperts }
    : { sharedExperts, sharedIntermediateSize: together };
}

function denseLayers(config: ConfigReader, layers: number): number {
  const leading = config.natural('first_k_dense_replace');
  if (leading > 0) return leading;
  const step =
    config.optionalCount('interleave_moe_layer_step', 'decoder_sparse_step', 'moe_layer_freq') ?? 1;
  const listed = config.raw('mlp_only_layers');
  const dense = Array.isArray(listed) ? listed.length : 0;
  return step === 1 ? dense : layers - Math.floor(layers / step);
}
