import { AMD_PAGES, INFERENCEX_APP, ML_ENGINEERING, ML_ENGINEERING_NETWORK } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** Instinct MI325X. */
export const mi325x: GpuSpec = {
  id: 'mi325x',
  name: 'Instinct MI325X',
  vendor: 'AMD',
  architecture: 'CDNA3',
  memoryBytes: 262128 * MIB,
  memoryGBps: 6000,
  peak: { bf16: 1307.4, fp8: 2614.9, int8: 2614.9, fp4: null },
  smCount: 304,
  l2Bytes: 32e6,
  scaleUpGBps: 448,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 1000,
  gpusPerNode: 8,
  sources: [INFERENCEX_APP, ML_ENGINEERING, ML_ENGINEERING_NETWORK, AMD_PAGES],
  notes: 'Full mesh of 7 links; announced with 288 GB, shipped with 256.',
};
