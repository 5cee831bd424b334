import { ML_ENGINEERING, ML_ENGINEERING_NETWORK, NVIDIA_RUBIN } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** Rubin (Vera Rubin NVL72, per GPU). */
export const rubinR200: GpuSpec = {
  id: 'rubin-r200',
  name: 'Rubin (Vera Rubin NVL72, per GPU)',
  vendor: 'NVIDIA',
  architecture: 'Rubin',
  memoryBytes: 288e9,
  memoryGBps: 22000,
  peak: { bf16: 4000, fp8: 17500, int8: 2500, fp4: 35000 },
  smCount: 128,
  l2Bytes: 48e6,
  scaleUpGBps: 1800,
  scaleUpDomain: 72,
  pcieGBps: 121,
  nicGbps: 1600,
  tdpW: null,
  gpusPerNode: 4,
  sources: [NVIDIA_RUBIN, ML_ENGINEERING, ML_ENGINEERING_NETWORK],
  assumed: ['memoryBytes', 'smCount', 'l2Bytes'],
  announced: true,
  notes: 'Announced, not measured. Per GPU package.',
};
