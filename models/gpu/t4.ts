import { HUGGINGFACE_TASKS, LIGHTNING, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** T4. */
export const t4: GpuSpec = {
  id: 't4',
  name: 'T4',
  vendor: 'NVIDIA',
  architecture: 'Turing',
  memoryBytes: 15360 * MIB,
  memoryGBps: 320,
  peak: { bf16: 65, fp8: null, int8: 130, fp4: null },
  smCount: 40,
  l2Bytes: 4e6,
  scaleUpGBps: null,
  scaleUpDomain: 1,
  pcieGBps: 15.75,
  nicGbps: 25,
  tdpW: 70,
  gpusPerNode: 4,
  sources: [LIGHTNING, NVIDIA_DATASHEET, HUGGINGFACE_TASKS],
  notes: 'The bf16 figure is fp16; there is no bf16 unit.',
};
