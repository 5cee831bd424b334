/** The names that forms and completion offer. */
import { GPUS } from '../../models/gpus.ts';
import { defaultNetwork } from '../../models/links.ts';
import { LLMS } from '../../models/llms.ts';
import { defaultPrice, priceProviders } from '../../models/prices.ts';
import type { GpuSpec } from '../../models/schema.ts';
import { WORKLOAD_PRESETS } from '../../models/workload-presets.ts';
import { vllmConfig } from '../../sim/engine/vllm/config.ts';
import { BASELINES } from '../../sim/lab/baselines/all.ts';
import type { Choice, Choices, GpuChoice } from './api.ts';

const nameOf = ({ id, name }: Choice): Choice => ({ id, name });

export function choices(): Choices {
  return {
    gpus: GPUS.map(gpuChoice),
    models: LLMS.map(nameOf),
    workloads: WORKLOAD_PRESETS.map(nameOf),
    policies: BASELINES.map(({ name, summary }) => ({ id: name, name: summary })),
    providers: priceProviders().map((provider) => ({ id: provider, name: provider })),
  };
}

function gpuChoice(gpu: GpuSpec): GpuChoice {
  const { achievedGBps, baseUs } = defaultNetwork(gpu);
  // The budget does not depend on the model's context.
  const context = {
    gpuMemoryBytes: gpu.memoryBytes,
    isA100: gpu.id.startsWith('a100'),
    modelMaxLen: 1,
    path: 'engine',
  };
  return {
    ...nameOf(gpu),
    usdPerHour: defaultPrice(gpu.id)?.usdPerGpuHour ?? null,
    nic: { GBps: achievedGBps, baseUs },
    stepTokens: vllmConfig(undefined, {}, context).maxBatchedTokens,
  };
}
