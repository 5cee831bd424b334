import { INTEL_PAPERS, ML_ENGINEERING, ML_ENGINEERING_NETWORK } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** Gaudi 3. */
export const gaudi3: GpuSpec = {
  id: 'gaudi3',
  name: 'Gaudi 3',
  vendor: 'Intel',
  architecture: 'Gaudi',
  memoryBytes: 128e9,
  memoryGBps: 3700,
  peak: { bf16: 1677, fp8: 1677, int8: null, fp4: null },
  smCount: 64,
  l2Bytes: 96e6,
  scaleUpGBps: 600,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 600,
  tdpW: 900,
  gpusPerNode: 8,
  sources: [ML_ENGINEERING, ML_ENGINEERING_NETWORK, INTEL_PAPERS],
  assumed: ['memoryBytes'],
  notes: 'Rates at the running clock of 1600 MHz; 21 of 24 ports of 200 GbE stay inside.',
};
