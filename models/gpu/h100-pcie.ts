import { AI_CONFIGURATOR, LIGHTNING, ML_ENGINEERING, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** H100 PCIe 80GB. */
export const h100Pcie: GpuSpec = {
  id: 'h100-pcie',
  name: 'H100 PCIe 80GB',
  vendor: 'NVIDIA',
  architecture: 'Hopper',
  memoryBytes: 81559 * MIB,
  memoryGBps: 2039,
  peak: { bf16: 756.5, fp8: 1513, int8: 1513, fp4: null },
  smCount: 114,
  l2Bytes: 50e6,
  scaleUpGBps: 300,
  scaleUpDomain: 2,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 350,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, ML_ENGINEERING, LIGHTNING, NVIDIA_DATASHEET],
  notes: 'Scale-up by bridge, in pairs.',
};
