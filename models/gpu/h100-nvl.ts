import { ML_ENGINEERING, NVIDIA_DATASHEET, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** H100 NVL 94GB. */
export const h100Nvl: GpuSpec = {
  id: 'h100-nvl',
  name: 'H100 NVL 94GB',
  vendor: 'NVIDIA',
  architecture: 'Hopper',
  memoryBytes: 95830 * MIB,
  memoryGBps: 3938,
  peak: { bf16: 835.5, fp8: 1671, int8: 1671, fp4: null },
  smCount: 132,
  l2Bytes: 50e6,
  scaleUpGBps: 300,
  scaleUpDomain: 2,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 400,
  gpusPerNode: 8,
  sources: [NVIDIA_SMI, ML_ENGINEERING, NVIDIA_DATASHEET],
  notes: 'Per GPU; scale-up by bridge, in pairs; 350 to 400 W.',
};
