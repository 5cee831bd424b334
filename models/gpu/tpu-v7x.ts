import { CLOUD_TPU, ML_ENGINEERING, ML_ENGINEERING_NETWORK } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** TPU7x (Ironwood). */
export const tpuV7x: GpuSpec = {
  id: 'tpu-v7x',
  name: 'TPU7x (Ironwood)',
  vendor: 'Google',
  architecture: 'TPU v7',
  memoryBytes: 192e9,
  memoryGBps: 7380,
  peak: { bf16: 2307, fp8: 4614, int8: null, fp4: null },
  smCount: 128,
  l2Bytes: 48e6,
  scaleUpGBps: 600,
  scaleUpDomain: 9216,
  pcieGBps: 31.5,
  nicGbps: null,
  tdpW: null,
  gpusPerNode: 4,
  sources: [CLOUD_TPU, ML_ENGINEERING, ML_ENGINEERING_NETWORK],
  assumed: ['memoryBytes', 'smCount', 'l2Bytes', 'pcieGBps'],
  notes: 'Two chiplets; power is not published.',
};
