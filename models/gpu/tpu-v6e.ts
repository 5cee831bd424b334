import { CLOUD_TPU, ML_ENGINEERING, SCALING_BOOK } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** TPU v6e (Trillium). */
export const tpuV6e: GpuSpec = {
  id: 'tpu-v6e',
  name: 'TPU v6e (Trillium)',
  vendor: 'Google',
  architecture: 'TPU v6e',
  memoryBytes: 32e9,
  memoryGBps: 1640,
  peak: { bf16: 918, fp8: 918, int8: 1836, fp4: null },
  smCount: 128,
  l2Bytes: 48e6,
  scaleUpGBps: 400,
  scaleUpDomain: 256,
  pcieGBps: 31.5,
  nicGbps: null,
  tdpW: null,
  gpusPerNode: 8,
  sources: [CLOUD_TPU, SCALING_BOOK, ML_ENGINEERING],
  assumed: ['memoryBytes', 'smCount', 'l2Bytes', 'pcieGBps'],
  notes: 'Pod of 256; power is not published.',
};
