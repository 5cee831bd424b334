import { AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, MLPERF, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** GB200 NVL72 (per GPU). */
export const gb200Nvl72: GpuSpec = {
  id: 'gb200-nvl72',
  name: 'GB200 NVL72 (per GPU)',
  vendor: 'NVIDIA',
  architecture: 'Blackwell + Grace',
  memoryBytes: 189471 * MIB,
  memoryGBps: 8000,
  peak: { bf16: 2500, fp8: 5000, int8: 5000, fp4: 10000 },
  smCount: 152,
  l2Bytes: 126e6,
  scaleUpGBps: 900,
  scaleUpDomain: 72,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 1200,
  gpusPerNode: 4,
  sources: [AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, MLPERF, NVIDIA_SMI],
  notes: 'Per GPU; 18 trays of 4; NIC 400 (ConnectX-7) or 800 (ConnectX-8).',
};
