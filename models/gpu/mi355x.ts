import { AMD_PAGES, INFERENCEX_APP, ML_ENGINEERING, ML_ENGINEERING_NETWORK } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** Instinct MI355X. */
export const mi355x: GpuSpec = {
  id: 'mi355x',
  name: 'Instinct MI355X',
  vendor: 'AMD',
  architecture: 'CDNA4',
  memoryBytes: 294896 * MIB,
  memoryGBps: 8000,
  peak: { bf16: 2516.6, fp8: 5033, int8: 5033, fp4: 10066 },
  smCount: 256,
  l2Bytes: 32e6,
  scaleUpGBps: 535.5,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 1400,
  gpusPerNode: 8,
  sources: [INFERENCEX_APP, ML_ENGINEERING, ML_ENGINEERING_NETWORK, AMD_PAGES],
  notes: 'Scale-up quoted as 535 or 576 GB/s.',
};
