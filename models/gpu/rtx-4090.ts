import { HUGGINGFACE_TASKS, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** GeForce RTX 4090. */
export const rtx4090: GpuSpec = {
  id: 'rtx-4090',
  name: 'GeForce RTX 4090',
  vendor: 'NVIDIA',
  architecture: 'Ada Lovelace',
  memoryBytes: 24564 * MIB,
  memoryGBps: 1008,
  peak: { bf16: 165.2, fp8: 330.3, int8: 660.6, fp4: null },
  smCount: 128,
  l2Bytes: 72e6,
  scaleUpGBps: null,
  scaleUpDomain: 1,
  pcieGBps: 31.5,
  nicGbps: null,
  tdpW: 450,
  gpusPerNode: 8,
  sources: [NVIDIA_DATASHEET, HUGGINGFACE_TASKS],
  notes: 'fp8 with fp32 accumulation; peer-to-peer is off in the stock driver.',
};
