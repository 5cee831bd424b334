import { CLOUD_TPU, ML_ENGINEERING, SCALING_BOOK } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** TPU v5e. */
export const tpuV5e: GpuSpec = {
  id: 'tpu-v5e',
  name: 'TPU v5e',
  vendor: 'Google',
  architecture: 'TPU v5e',
  memoryBytes: 16e9,
  memoryGBps: 819,
  peak: { bf16: 197, fp8: null, int8: 394, fp4: null },
  smCount: 128,
  l2Bytes: 48e6,
  scaleUpGBps: 200,
  scaleUpDomain: 256,
  pcieGBps: 31.5,
  nicGbps: null,
  tdpW: null,
  gpusPerNode: 8,
  sources: [CLOUD_TPU, SCALING_BOOK, ML_ENGINEERING],
  assumed: ['memoryBytes', 'smCount', 'l2Bytes', 'pcieGBps'],
  notes: 'Pod of 16 x 16; power is not published.',
};
