import { BASETEN, HUGGINGFACE_TASKS, LIGHTNING, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** A10G. */
export const a10g: GpuSpec = {
  id: 'a10g',
  name: 'A10G',
  vendor: 'NVIDIA',
  architecture: 'Ampere',
  memoryBytes: 23028 * MIB,
  memoryGBps: 600,
  peak: { bf16: 70, fp8: null, int8: 140, fp4: null },
  smCount: 72,
  l2Bytes: 6e6,
  scaleUpGBps: null,
  scaleUpDomain: 1,
  pcieGBps: 31.5,
  nicGbps: 12.5,
  tdpW: 300,
  gpusPerNode: 8,
  sources: [BASETEN, LIGHTNING, HUGGINGFACE_TASKS, NVIDIA_DATASHEET],
  notes: 'Not the A10: about 70 TFLOPS dense and 300 W.',
};
