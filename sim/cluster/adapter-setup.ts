/**
 * From a pool's `adapters` to what its engines need. An adapter of rank r tunes all seven projections of a layer (query, key,
 * value, output, gate, up, down): r (in + out) weights each, in bf16, split over tensor-parallel ranks. Worked example: rank
 * 16 on Llama 3.1 8B is 32 layers x 16 x 81,920 = 41.9 M weights, 84 MB.
 */
import { defaultHostLink } from '../../models/links.ts';
import type { GpuSpec, LlmSpec } from '../../models/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { AdapterSetup } from '../engine/lora.ts';
import type { AdaptersSpec } from '../scenario/schema.ts';
import { adapterNames } from '../workload/adapter-names.ts';

const RANK = 16;
/** A local NVMe drive, GB/s; an assumption, as for weights. */
const DISK_GBPS = 5;
const BYTES_PER_WEIGHT = 2;
const BYTES_PER_US = 1e3;

/** Adapters of a pool; null without any. Throws ConfigError for engines that have none. */
export function adapterSetup(
  spec: AdaptersSpec | undefined,
  pool: { gpu: GpuSpec; model: LlmSpec; tp: number; engine: string; path: string },
): AdapterSetup | null {
  if (spec === undefined) return null;
  if (pool.engine !== 'vllm' && pool.engine !== 'sglang') {
    throw new ConfigError({
      path: `${pool.path}.adapters`,
      found: `adapters on ${pool.engine}`,
      expected: 'the engine vllm or sglang: LoRA is not modelled for others',
    });
  }
  return {
    names: spec.groups.flatMap(({ name, count }) => adapterNames(name, count)),
    bytes: (adapterWeights(pool.model) * (spec.rank ?? RANK) * BYTES_PER_WEIGHT) / pool.tp,
    hostBytesPerUs: defaultHostLink(pool.gpu).achievedGBps * BYTES_PER_US,
    diskBytesPerUs: (spec.diskGBps ?? DISK_GBPS) * BYTES_PER_US,
  };
}

/** Weights of an adapter of rank 1. */
function adapterWeights(model: LlmSpec): number {
  const { hiddenSize, intermediateSize, layers } = model;
  const query = model.attentionHeads * model.headDim;
  const value = model.kvHeads * model.headDim;
  const attention = 2 * (hiddenSize + query) + 2 * (hiddenSize + value);
  return layers * (attention + 3 * (hiddenSize + intermediateSize));
}
