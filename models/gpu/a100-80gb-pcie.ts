import { AI_CONFIGURATOR, ML_ENGINEERING, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** A100 80GB PCIe. */
export const a10080gbPcie: GpuSpec = {
  id: 'a100-80gb-pcie',
  name: 'A100 80GB PCIe',
  vendor: 'NVIDIA',
  architecture: 'Ampere',
  memoryBytes: 81920 * MIB,
  memoryGBps: 1935,
  peak: { bf16: 312, fp8: null, int8: 624, fp4: null },
  smCount: 108,
  l2Bytes: 40e6,
  scaleUpGBps: 300,
  scaleUpDomain: 2,
  pcieGBps: 31.5,
  nicGbps: 200,
  tdpW: 300,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, ML_ENGINEERING, NVIDIA_DATASHEET],
  notes: 'Scale-up by bridge, in pairs; PCIe without it.',
};
