import { AI_CONFIGURATOR, ML_ENGINEERING, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** RTX PRO 6000 Blackwell Server Edition. */
export const rtxPro6000Server: GpuSpec = {
  id: 'rtx-pro-6000-server',
  name: 'RTX PRO 6000 Blackwell Server Edition',
  vendor: 'NVIDIA',
  architecture: 'Blackwell (GB202)',
  memoryBytes: 97887 * MIB,
  memoryGBps: 1597,
  peak: { bf16: 467.8, fp8: 935.6, int8: 935.6, fp4: 1871.2 },
  smCount: 188,
  l2Bytes: 128e6,
  scaleUpGBps: null,
  scaleUpDomain: 1,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 600,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, NVIDIA_SMI, ML_ENGINEERING],
  notes: 'The workstation card has 1792 GB/s. No NVLink.',
};
