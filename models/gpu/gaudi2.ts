import { INTEL_PAPERS, ML_ENGINEERING, ML_ENGINEERING_NETWORK } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** Gaudi 2. */
export const gaudi2: GpuSpec = {
  id: 'gaudi2',
  name: 'Gaudi 2',
  vendor: 'Intel',
  architecture: 'Gaudi',
  memoryBytes: 96e9,
  memoryGBps: 2450,
  peak: { bf16: 432, fp8: 865, int8: null, fp4: null },
  smCount: 24,
  l2Bytes: 48e6,
  scaleUpGBps: 300,
  scaleUpDomain: 8,
  pcieGBps: 31.5,
  nicGbps: 300,
  tdpW: 600,
  gpusPerNode: 8,
  sources: [ML_ENGINEERING, ML_ENGINEERING_NETWORK, INTEL_PAPERS],
  assumed: ['memoryBytes'],
  notes: 'Scale-up is 21 of 24 ports of 100 GbE, 3 go out.',
};
