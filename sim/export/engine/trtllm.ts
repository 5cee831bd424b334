/**
 * `trtllm-serve`, PyTorch backend: sizes are options, the rest stands in a YAML file that `--config` names (older releases
 * call the option `--extra_llm_api_options`). There is no data-parallel launch of separate engines: each rank is a server.
 * source: https://nvidia.github.io/TensorRT-LLM/commands/trtllm-serve/ and llm-api reference (read 2026-11-28)
 */
import { TRTLLM_NEWEST } from '../../engine/trtllm/config.ts';
import { poolLine } from '../pool-line.ts';
import { slug } from '../slug.ts';
import { yamlText } from '../yaml.ts';
import { changedWeights, type EngineExporter, givenArgs, modelName, sizes, weightsGap } from './command.ts';

type Plain = Record<string, unknown>;

/** Arguments that are options of the command. */
export const TRTLLM_OPTIONS: readonly string[] = [
  'max_batch_size',
  'max_num_tokens',
  'max_seq_len',
  'kv_cache_free_gpu_memory_fraction',
];

/** Arguments that stand in the YAML file, by their place there. */
export const TRTLLM_PLACES: Readonly<Record<string, readonly string[]>> = {
  enable_chunked_prefill: ['enable_chunked_prefill'],
  disable_overlap_scheduler: ['disable_overlap_scheduler'],
  capacity_scheduler_policy: ['scheduler_config', 'capacity_scheduler_policy'],
  tokens_per_block: ['kv_cache_config', 'tokens_per_block'],
  free_gpu_memory_fraction: ['kv_cache_config', 'free_gpu_memory_fraction'],
  enable_block_reuse: ['kv_cache_config', 'enable_block_reuse'],
  max_tokens: ['kv_cache_config', 'max_tokens'],
  host_cache_size: ['kv_cache_config', 'host_cache_size'],
  kv_cache_dtype: ['kv_cache_config', 'dtype'],
  stream_interval: ['stream_interval'],
  cuda_graph_max_batch_size: ['cuda_graph_config', 'max_batch_size'],
  cuda_graph_padding_enabled: ['cuda_graph_config', 'enable_padding'],
  decoding_type: ['speculative_config', 'decoding_type'],
  max_draft_len: ['speculative_config', 'max_draft_len'],
  num_nextn_predict_layers: ['speculative_config', 'num_nextn_predict_layers'],
  speculative_model_dir: ['speculative_config', 'speculative_model_dir'],
};

const KV_DTYPES = ['fp8', 'nvfp4'];

export const trtllmExporter: EngineExporter = {
  engine: 'trtllm',
  command(pool) {
    const { tp, pp, dp, ep } = sizes(pool);
    const model = modelName(pool);
    const weights = changedWeights(pool);
    const kv = pool.precision?.kv;
    const gaps = [...model.gaps];
    if (dp > 1) gaps.push(`pool ${pool.name}: dp ${dp}; start ${dp} servers for each replica`);
    if (weights !== undefined) gaps.push(weightsGap(pool, weights));
    const config: Plain = {};
    if (kv !== undefined && kv !== 'bf16') {
      if (KV_DTYPES.includes(kv)) put(config, ['kv_cache_config', 'dtype'], kv);
      else gaps.push(`pool ${pool.name}: KV in ${kv}, for which TensorRT-LLM has no option`);
    }
    const options: string[][] = [['--tp_size', String(tp)]];
    if (pp > 1) options.push(['--pp_size', String(pp)]);
    if (ep > 1) options.push(['--ep_size', String(ep)]);
    for (const [name, value] of givenArgs(pool)) {
      const place = TRTLLM_PLACES[name];
      if (TRTLLM_OPTIONS.includes(name)) options.push([`--${name}`, String(value)]);
      else if (name === 'use_cuda_graph') {
        // Graphs are the default: only their absence is said.
        if (value === false) config['cuda_graph_config'] = null;
      } else if (place !== undefined) put(config, place, value);
      else gaps.push(`pool ${pool.name}: the argument ${name}`);
    }
    if (pool.role !== 'both') config['cache_transceiver_config'] = { backend: 'DEFAULT' };
    const path = `${slug(pool.name)}.trtllm.yaml`;
    const hasConfig = Object.keys(config).length > 0;
    if (hasConfig) options.push(['--config', path]);
    return {
      program: ['trtllm-serve', model.name],
      options,
      poolLine: poolLine(pool, {
        ...(dp > 1 ? { dp } : {}),
        ...(weights === undefined ? {} : { weights }),
        ...(kv === undefined || kv === 'bf16' || KV_DTYPES.includes(kv) ? {} : { kv }),
      }),
      files: hasConfig ? [{ path, text: yamlText(config) }] : [],
      image: `nvcr.io/nvidia/tensorrt-llm/release:${pool.engine.version ?? TRTLLM_NEWEST}.0`,
      gpus: tp * pp,
      gaps,
    };
  },
};

function put(config: Plain, place: readonly string[], value: unknown): void {
  let node = config;
  for (const key of place.slice(0, -1)) {
    node[key] ??= {};
    node = node[key] as Plain;
  }
  node[place.at(-1)!] = value;
}
