import { AI_CONFIGURATOR, INFERENCE_SIM, LIGHTNING, ML_ENGINEERING, PYTORCH } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** A100 80GB SXM4. */
export const a10080gbSxm: GpuSpec = {
  id: 'a100-80gb-sxm',
  name: 'A100 80GB SXM4',
  vendor: 'NVIDIA',
  architecture: 'Ampere',
  memoryBytes: 81920 * MIB,
  memoryGBps: 2039,
  peak: { bf16: 312, fp8: null, int8: 624, fp4: null },
  smCount: 108,
  l2Bytes: 40e6,
  scaleUpGBps: 300,
  scaleUpDomain: 8,
  pcieGBps: 31.5,
  nicGbps: 200,
  tdpW: 400,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, ML_ENGINEERING, INFERENCE_SIM, PYTORCH, LIGHTNING],
};
