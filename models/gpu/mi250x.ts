import { AMD_PAGES, ML_ENGINEERING, ML_ENGINEERING_NETWORK } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** Instinct MI250X (2 GCD). */
export const mi250x: GpuSpec = {
  id: 'mi250x',
  name: 'Instinct MI250X (2 GCD)',
  vendor: 'AMD',
  architecture: 'CDNA2',
  memoryBytes: 131040 * MIB,
  memoryGBps: 3277,
  peak: { bf16: 383, fp8: null, int8: 383, fp4: null },
  smCount: 220,
  l2Bytes: 16e6,
  scaleUpGBps: 350,
  scaleUpDomain: 8,
  pcieGBps: 31.5,
  nicGbps: 200,
  tdpW: 560,
  gpusPerNode: 4,
  sources: [ML_ENGINEERING, ML_ENGINEERING_NETWORK, AMD_PAGES],
  notes: 'Per module of two dies that the driver shows as two devices.',
};
