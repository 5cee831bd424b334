/** Fields of a Hugging Face config that change neither sizes nor times: tokens, position encodings, training. */
const NAMES = [
  ...['architectures', 'transformers_version', 'auto_map', 'initializer_range', 'cache_implementation'],
  ...['rms_norm_eps', 'layer_norm_eps', 'layer_norm_epsilon', 'norm_eps', 'original_max_position_embeddings'],
  ...['hidden_act', 'hidden_activation', 'activation_function', 'use_cache', 'pretraining_tp'],
  ...['attention_bias', 'mlp_bias', 'partial_rotary_factor', 'query_pre_attn_scalar', 'use_sliding_window'],
  ...['attn_logit_softcapping', 'final_logit_softcapping', 'max_window_layers', 'sliding_window'],
  ...[
    'router_aux_loss_coef',
    'output_router_logits',
    'router_jitter_noise',
    'norm_topk_prob',
    'scoring_func',
  ],
  ...['topk_method', 'topk_group', 'n_group', 'seq_aux', 'aux_loss_alpha', 'routed_scaling_factor'],
  ...['language_model_only', 'text_config', 'vision_config', 'dtype', 'torch_dtype', 'quantization_config'],
];

const PATTERNS = [/^_/, /^rope_/, /dropout/, /_pdrop$/, /_token_(id|index)$/, /^vision_/];

/** True for a field that a reader may leave aside. */
export function isHarmless(name: string): boolean {
  return NAMES.includes(name) || PATTERNS.some((pattern) => pattern.test(name));
}
