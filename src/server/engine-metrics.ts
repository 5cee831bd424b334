/** Which series of an engine's /metrics are which signals. Source: router specification 3.10, engine mappings. */

import type { Sample } from '../routing/sample.ts';
import type { Series } from './telemetry/prometheus.ts';

/** `name` with labels that must match. */
type Selector = readonly [name: string, labels?: Readonly<Record<string, string>>];

interface Mapping {
  readonly waiting: Selector;
  readonly running: Selector;
  readonly kvUsage?: Selector;
  /** Info series with block size and count in these labels. */
  readonly cacheInfo?: readonly [name: string, blockSize: string, numBlocks: string];
  readonly blockSize?: Selector;
  readonly numBlocks?: Selector;
}

const KV_BLOCKS = 'nv_trt_llm_kv_cache_block_metrics';
const MAPPINGS: Readonly<Record<string, Mapping>> = {
  vllm: {
    waiting: ['vllm:num_requests_waiting'],
    running: ['vllm:num_requests_running'],
    kvUsage: ['vllm:kv_cache_usage_perc'],
    cacheInfo: ['vllm:cache_config_info', 'block_size', 'num_gpu_blocks'],
  },
  sglang: {
    waiting: ['sglang:num_queue_reqs'],
    running: ['sglang:num_running_reqs'],
    kvUsage: ['sglang:token_usage'],
    cacheInfo: ['sglang:cache_config_info', 'page_size', 'num_pages'],
  },
  'trtllm-serve': {
    waiting: ['trtllm_num_requests_waiting'],
    running: ['trtllm_num_requests_running'],
    kvUsage: ['trtllm_kv_cache_utilization'],
    blockSize: ['trtllm_kv_cache_tokens_per_block'],
    numBlocks: ['trtllm_kv_cache_max_blocks'],
  },
  'triton-tensorrt-llm': {
    waiting: ['nv_trt_llm_request_metrics', { request_type: 'waiting' }],
    running: ['nv_trt_llm_request_metrics', { request_type: 'scheduled' }],
    kvUsage: [KV_BLOCKS, { kv_cache_block_type: 'fraction' }],
    blockSize: [KV_BLOCKS, { kv_cache_block_type: 'tokens_per' }],
    numBlocks: [KV_BLOCKS, { kv_cache_block_type: 'max' }],
  },
  triton: { waiting: ['nv_inference_pending_request_count'], running: ['nv_inference_exec_count'] },
};

const LORA = 'vllm:lora_requests_info';
const LABELS = ['llm-d.ai/engine-type', 'inference.networking.k8s.io/engine-type'];

/** Engine that an endpoint's labels name; vllm when they name none that is known. */
export function engineOf(labels: Readonly<Record<string, string>>): string {
  const named = labels[LABELS[0]!] ?? labels[LABELS[1]!] ?? 'vllm';
  return Object.hasOwn(MAPPINGS, named) ? named : 'vllm';
}

/** Signals of a scrape; those that the text lacks are left out. */
export function sampleOf(engine: string, series: readonly Series[]): Sample {
  const mapping = MAPPINGS[engine]!;
  const value = (selector: Selector | undefined): number | undefined =>
    selector === undefined ? undefined : select(series, selector)?.value;
  const info = mapping.cacheInfo === undefined ? undefined : select(series, [mapping.cacheInfo[0]]);
  const label = (index: 1 | 2): number | undefined =>
    info === undefined ? undefined : finite(Number(info.labels[mapping.cacheInfo![index]]));
  const found = {
    waiting: finite(value(mapping.waiting)),
    running: finite(value(mapping.running)),
    kvUsage: finite(value(mapping.kvUsage)),
    blockSizeTokens: label(1) ?? finite(value(mapping.blockSize)),
    numBlocks: label(2) ?? finite(value(mapping.numBlocks)),
    ...(engine === 'vllm' ? lora(series) : {}),
  };
  return Object.fromEntries(Object.entries(found).filter(([, one]) => one !== undefined)) as Sample;
}

/** The matching series with the newest timestamp, the last of equal ones. */
function select(series: readonly Series[], [name, labels = {}]: Selector): Series | undefined {
  let best: Series | undefined;
  for (const one of series) {
    if (one.name !== name) continue;
    if (!Object.entries(labels).every(([key, wanted]) => one.labels[key] === wanted)) continue;
    if (best === undefined || one.timestampMs >= best.timestampMs) best = one;
  }
  return best;
}

/** The LoRA series with the largest value (the time at which it was set). */
function lora(series: readonly Series[]): Partial<Sample> {
  const all = series.filter((one) => one.name === LORA);
  if (all.length === 0) return {};
  const latest = all.reduce((best, one) => (one.value > best.value ? one : best));
  const names = (text: string | undefined): string[] =>
    (text ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  return {
    activeModels: names(latest.labels['running_lora_adapters']),
    waitingModels: names(latest.labels['waiting_lora_adapters']),
    maxActiveModels: finite(Number(latest.labels['max_lora'])) ?? 0,
  };
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;
}
