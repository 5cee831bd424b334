import { NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** RTX A6000. */
export const rtxA6000: GpuSpec = {
  id: 'rtx-a6000',
  name: 'RTX A6000',
  vendor: 'NVIDIA',
  architecture: 'Ampere',
  memoryBytes: 49140 * MIB,
  memoryGBps: 768,
  peak: { bf16: 154.8, fp8: null, int8: 309.7, fp4: null },
  smCount: 84,
  l2Bytes: 6e6,
  scaleUpGBps: 56.25,
  scaleUpDomain: 2,
  pcieGBps: 31.5,
  nicGbps: null,
  tdpW: 300,
  gpusPerNode: 8,
  sources: [NVIDIA_DATASHEET],
  notes: 'Scale-up by bridge, in pairs.',
};
