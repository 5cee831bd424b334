import { ML_ENGINEERING, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** A100 40GB PCIe. */
export const a10040gbPcie: GpuSpec = {
  id: 'a100-40gb-pcie',
  name: 'A100 40GB PCIe',
  vendor: 'NVIDIA',
  architecture: 'Ampere',
  memoryBytes: 40960 * MIB,
  memoryGBps: 1555,
  peak: { bf16: 312, fp8: null, int8: 624, fp4: null },
  smCount: 108,
  l2Bytes: 40e6,
  scaleUpGBps: 300,
  scaleUpDomain: 2,
  pcieGBps: 31.5,
  nicGbps: 100,
  tdpW: 250,
  gpusPerNode: 8,
  sources: [NVIDIA_DATASHEET, ML_ENGINEERING],
  notes: 'Scale-up by bridge, in pairs; PCIe without it.',
};
