import { ML_ENGINEERING, ML_ENGINEERING_NETWORK } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** Instinct MI455X. */
export const mi455x: GpuSpec = {
  id: 'mi455x',
  name: 'Instinct MI455X',
  vendor: 'AMD',
  architecture: 'CDNA5',
  memoryBytes: 432e9,
  memoryGBps: 23300,
  peak: { bf16: 5000, fp8: 10000, int8: 5000, fp4: 20000 },
  smCount: 128,
  l2Bytes: 48e6,
  scaleUpGBps: 1800,
  scaleUpDomain: 72,
  pcieGBps: 121,
  nicGbps: 800,
  tdpW: null,
  gpusPerNode: 4,
  sources: [ML_ENGINEERING, ML_ENGINEERING_NETWORK],
  assumed: ['memoryBytes', 'smCount', 'l2Bytes'],
  announced: true,
  notes: 'Announced, not measured; rates are half of the unlabelled vendor figures.',
};
