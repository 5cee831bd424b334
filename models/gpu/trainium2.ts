import { AWS_NEURON, ML_ENGINEERING, ML_ENGINEERING_NETWORK } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** Trainium2. */
export const trainium2: GpuSpec = {
  id: 'trainium2',
  name: 'Trainium2',
  vendor: 'AWS',
  architecture: 'NeuronCore-v3',
  memoryBytes: 96e9,
  memoryGBps: 2900,
  peak: { bf16: 667, fp8: 1299, int8: null, fp4: null },
  smCount: 128,
  l2Bytes: 48e6,
  scaleUpGBps: 640,
  scaleUpDomain: 16,
  pcieGBps: 31.5,
  nicGbps: 200,
  tdpW: null,
  gpusPerNode: 16,
  sources: [ML_ENGINEERING, ML_ENGINEERING_NETWORK, AWS_NEURON],
  assumed: ['memoryBytes', 'smCount', 'l2Bytes', 'pcieGBps'],
  notes: 'Scale-up figure published without direction; read as both ways together.',
};
