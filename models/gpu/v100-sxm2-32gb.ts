import { HUGGINGFACE_TASKS, LIGHTNING, ML_ENGINEERING_NETWORK, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** V100 SXM2 32GB. */
export const v100Sxm232gb: GpuSpec = {
  id: 'v100-sxm2-32gb',
  name: 'V100 SXM2 32GB',
  vendor: 'NVIDIA',
  architecture: 'Volta',
  memoryBytes: 32768 * MIB,
  memoryGBps: 900,
  peak: { bf16: 125, fp8: null, int8: 62.8, fp4: null },
  smCount: 80,
  l2Bytes: 6e6,
  scaleUpGBps: 150,
  scaleUpDomain: 8,
  pcieGBps: 15.75,
  nicGbps: 100,
  tdpW: 300,
  gpusPerNode: 8,
  sources: [LIGHTNING, HUGGINGFACE_TASKS, NVIDIA_DATASHEET, ML_ENGINEERING_NETWORK],
  notes: 'The bf16 figure is fp16; there is no bf16 unit. int8 runs on DP4A.',
};
