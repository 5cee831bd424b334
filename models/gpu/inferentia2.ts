import { AWS_NEURON } from '../gpu-sources.ts';
import type { GpuSpec } from '../schema.ts';

/** Inferentia2. */
export const inferentia2: GpuSpec = {
  id: 'inferentia2',
  name: 'Inferentia2',
  vendor: 'AWS',
  architecture: 'NeuronCore-v2',
  memoryBytes: 32e9,
  memoryGBps: 820,
  peak: { bf16: 190, fp8: 190, int8: 380, fp4: null },
  smCount: 128,
  l2Bytes: 48e6,
  scaleUpGBps: 96,
  scaleUpDomain: 12,
  pcieGBps: 31.5,
  nicGbps: 8,
  tdpW: null,
  gpusPerNode: 12,
  sources: [AWS_NEURON],
  assumed: ['memoryBytes', 'smCount', 'l2Bytes', 'pcieGBps'],
  notes: 'fp8 is the configurable cFP8.',
};
