import { AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, MLPERF, NVIDIA_SMI } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** H200 SXM 141GB. */
export const h200Sxm: GpuSpec = {
  id: 'h200-sxm',
  name: 'H200 SXM 141GB',
  vendor: 'NVIDIA',
  architecture: 'Hopper',
  memoryBytes: 143771 * MIB,
  memoryGBps: 4800,
  peak: { bf16: 989.5, fp8: 1979, int8: 1979, fp4: null },
  smCount: 132,
  l2Bytes: 50e6,
  scaleUpGBps: 450,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 700,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, NVIDIA_SMI, MLPERF],
  notes: 'The 141 GB of the name are nearly GiB.',
};
