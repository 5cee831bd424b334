import { AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** B300 SXM (HGX). */
export const b300Sxm: GpuSpec = {
  id: 'b300-sxm',
  name: 'B300 SXM (HGX)',
  vendor: 'NVIDIA',
  architecture: 'Blackwell Ultra',
  memoryBytes: 275040 * MIB,
  memoryGBps: 8000,
  peak: { bf16: 2250, fp8: 4500, int8: 153.5, fp4: 13500 },
  smCount: 148,
  l2Bytes: 126e6,
  scaleUpGBps: 900,
  scaleUpDomain: 8,
  pcieGBps: 121,
  nicGbps: 800,
  tdpW: 1100,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, NVIDIA_SMI],
  notes: 'fp4 quoted between 12.6 and 15 PFLOPS; int8 is vestigial; bandwidth 7.75 to 8.0 TB/s.',
};
