import { AMD_PAGES, ML_ENGINEERING, ML_ENGINEERING_NETWORK, PYTORCH } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** Instinct MI350X. */
export const mi350x: GpuSpec = {
  id: 'mi350x',
  name: 'Instinct MI350X',
  vendor: 'AMD',
  architecture: 'CDNA4',
  memoryBytes: 294896 * MIB,
  memoryGBps: 8000,
  peak: { bf16: 2309.6, fp8: 4614, int8: 4614, fp4: 9228 },
  smCount: 256,
  l2Bytes: 32e6,
  scaleUpGBps: 535.5,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 1000,
  gpusPerNode: 8,
  sources: [ML_ENGINEERING, ML_ENGINEERING_NETWORK, PYTORCH, AMD_PAGES],
  notes: 'Rates scaled from MI355X by clock.',
};
