import { LIGHTNING, ML_ENGINEERING, NVIDIA_DATASHEET } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** A100 40GB SXM4. */
export const a10040gbSxm: GpuSpec = {
  id: 'a100-40gb-sxm',
  name: 'A100 40GB SXM4',
  vendor: 'NVIDIA',
  architecture: 'Ampere',
  memoryBytes: 40960 * MIB,
  memoryGBps: 1555,
  peak: { bf16: 312, fp8: null, int8: 624, fp4: null },
  smCount: 108,
  l2Bytes: 40e6,
  scaleUpGBps: 300,
  scaleUpDomain: 8,
  pcieGBps: 31.5,
  nicGbps: 50,
  tdpW: 400,
  gpusPerNode: 8,
  sources: [LIGHTNING, ML_ENGINEERING, NVIDIA_DATASHEET],
  notes: 'NIC as in p4d: 4 x 100 Gbit/s for 8 GPUs.',
};
