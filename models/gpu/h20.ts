import { HUGGINGFACE_TASKS, NVIDIA_DATASHEET, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** H20 96GB. */
export const h20: GpuSpec = {
  id: 'h20',
  name: 'H20 96GB',
  vendor: 'NVIDIA',
  architecture: 'Hopper',
  memoryBytes: 97871 * MIB,
  memoryGBps: 4000,
  peak: { bf16: 148, fp8: 296, int8: 296, fp4: null },
  smCount: 78,
  l2Bytes: 60e6,
  scaleUpGBps: 450,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 400,
  gpusPerNode: 8,
  sources: [NVIDIA_SMI, HUGGINGFACE_TASKS, NVIDIA_DATASHEET],
  notes: 'HGX part for China; an H20-3e has 141 GB at 4.8 TB/s.',
};
