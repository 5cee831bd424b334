import {
  AMD_PAGES,
  INFERENCEX_APP,
  ML_ENGINEERING,
  ML_ENGINEERING_NETWORK,
  PYTORCH,
} from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** Instinct MI300X. */
export const mi300x: GpuSpec = {
  id: 'mi300x',
  name: 'Instinct MI300X',
  vendor: 'AMD',
  architecture: 'CDNA3',
  memoryBytes: 196592 * MIB,
  memoryGBps: 5300,
  peak: { bf16: 1307.4, fp8: 2614.9, int8: 2614.9, fp4: null },
  smCount: 304,
  l2Bytes: 32e6,
  scaleUpGBps: 448,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 750,
  gpusPerNode: 8,
  sources: [INFERENCEX_APP, ML_ENGINEERING, ML_ENGINEERING_NETWORK, PYTORCH, AMD_PAGES],
  notes: 'Full mesh of 7 links; one pair reaches 64 GB/s each way.',
};
