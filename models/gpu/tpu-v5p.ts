import { CLOUD_TPU, ML_ENGINEERING, SCALING_BOOK } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** TPU v5p. */
export const tpuV5p: GpuSpec = {
  id: 'tpu-v5p',
  name: 'TPU v5p',
  vendor: 'Google',
  architecture: 'TPU v5p',
  memoryBytes: 95e9,
  memoryGBps: 2765,
  peak: { bf16: 459, fp8: null, int8: 918, fp4: null },
  smCount: 128,
  l2Bytes: 48e6,
  scaleUpGBps: 600,
  scaleUpDomain: 8960,
  pcieGBps: 31.5,
  nicGbps: null,
  tdpW: null,
  gpusPerNode: 4,
  sources: [CLOUD_TPU, SCALING_BOOK, ML_ENGINEERING],
  assumed: ['memoryBytes', 'smCount', 'l2Bytes', 'pcieGBps'],
  notes: 'Pod of 16 x 20 x 28; power is not published.',
};
