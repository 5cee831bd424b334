import { HUGGINGFACE_TASKS, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** RTX 6000 Ada Generation. */
export const rtx6000Ada: GpuSpec = {
  id: 'rtx-6000-ada',
  name: 'RTX 6000 Ada Generation',
  vendor: 'NVIDIA',
  architecture: 'Ada Lovelace',
  memoryBytes: 49140 * MIB,
  memoryGBps: 960,
  peak: { bf16: 364.2, fp8: 728.5, int8: 728.5, fp4: null },
  smCount: 142,
  l2Bytes: 96e6,
  scaleUpGBps: null,
  scaleUpDomain: 1,
  pcieGBps: 31.5,
  nicGbps: null,
  tdpW: 300,
  gpusPerNode: 8,
  sources: [NVIDIA_DATASHEET, HUGGINGFACE_TASKS],
};
