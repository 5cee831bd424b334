/** The metrics page of an emulated engine, under vLLM's names whatever engine it emulates. */
import { Registry } from '../../../src/server/telemetry/prometheus.ts';
import type { EmulatedEngine } from '../../emulate/emulated-engine.ts';

export function engineMetricsText(engine: EmulatedEngine, model: string, nowUs: number): string {
  const seen = { waiting: 0, running: 0, kvUsage: 0 };
  engine.observe(nowUs, seen);
  const registry = new Registry();
  const labels = { model_name: model };
  registry.set('vllm:num_requests_waiting', labels, seen.waiting);
  registry.set('vllm:num_requests_running', labels, seen.running);
  registry.set('vllm:kv_cache_usage_perc', labels, seen.kvUsage);
  const cache = { block_size: String(engine.blockSizeTokens), num_gpu_blocks: String(engine.kvBlocks) };
  registry.set('vllm:cache_config_info', cache, 1);
  registry.add('vllm:prompt_tokens_total', labels, engine.totals.promptTokens);
  registry.add('vllm:generation_tokens_total', labels, engine.totals.generatedTokens);
  registry.add('vllm:request_success_total', labels, engine.totals.succeeded);
  registry.add('vllm:num_preemptions_total', labels, engine.totals.preemptions);
  registry.add('vllm:prefix_cache_queries_total', labels, engine.prefixLookups.queries);
  registry.add('vllm:prefix_cache_hits_total', labels, engine.prefixLookups.hits);
  return registry.text();
}
