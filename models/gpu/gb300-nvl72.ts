import { AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** GB300 NVL72 (per GPU). */
export const gb300Nvl72: GpuSpec = {
  id: 'gb300-nvl72',
  name: 'GB300 NVL72 (per GPU)',
  vendor: 'NVIDIA',
  architecture: 'Blackwell Ultra + Grace',
  memoryBytes: 284208 * MIB,
  memoryGBps: 8000,
  peak: { bf16: 2500, fp8: 5000, int8: 165, fp4: 15000 },
  smCount: 152,
  l2Bytes: 126e6,
  scaleUpGBps: 900,
  scaleUpDomain: 72,
  pcieGBps: 121,
  nicGbps: 800,
  tdpW: 1400,
  gpusPerNode: 4,
  sources: [AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, NVIDIA_SMI],
  notes: 'Per GPU; 18 trays of 4; int8 is vestigial.',
};
