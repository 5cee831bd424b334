import { ML_ENGINEERING, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** GH200 Grace Hopper 96GB. */
export const gh20096gb: GpuSpec = {
  id: 'gh200-96gb',
  name: 'GH200 Grace Hopper 96GB',
  vendor: 'NVIDIA',
  architecture: 'Hopper + Grace',
  memoryBytes: 97871 * MIB,
  memoryGBps: 4000,
  peak: { bf16: 989.5, fp8: 1979, int8: 1979, fp4: null },
  smCount: 132,
  l2Bytes: 60e6,
  scaleUpGBps: null,
  scaleUpDomain: 1,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 900,
  gpusPerNode: 1,
  sources: [ML_ENGINEERING, NVIDIA_SMI],
  notes: 'One GPU beside a Grace CPU (NVLink-C2C, 450 GB/s each way); power of both.',
};
