import { AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** B200 SXM (HGX). */
export const b200Sxm: GpuSpec = {
  id: 'b200-sxm',
  name: 'B200 SXM (HGX)',
  vendor: 'NVIDIA',
  architecture: 'Blackwell',
  memoryBytes: 183359 * MIB,
  memoryGBps: 8000,
  peak: { bf16: 2250, fp8: 4500, int8: 4500, fp4: 9000 },
  smCount: 148,
  l2Bytes: 126e6,
  scaleUpGBps: 900,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 1000,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, NVIDIA_SMI],
  notes: 'Bandwidth quoted as 8.0 or 7.7 TB/s; NIC 400 (ConnectX-7) or 800 (ConnectX-8).',
};
