import { AI_CONFIGURATOR, INFERENCE_SIM, ML_ENGINEERING, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** L40S. */
export const l40s: GpuSpec = {
  id: 'l40s',
  name: 'L40S',
  vendor: 'NVIDIA',
  architecture: 'Ada Lovelace',
  memoryBytes: 46068 * MIB,
  memoryGBps: 864,
  peak: { bf16: 362.05, fp8: 733, int8: 733, fp4: null },
  smCount: 142,
  l2Bytes: 96e6,
  scaleUpGBps: null,
  scaleUpDomain: 1,
  pcieGBps: 31.5,
  nicGbps: 200,
  tdpW: 350,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, ML_ENGINEERING, INFERENCE_SIM, NVIDIA_DATASHEET],
  notes: 'PCIe only; some lists quote fp8 with sparsity (1466).',
};
