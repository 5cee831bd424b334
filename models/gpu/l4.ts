import { AI_CONFIGURATOR, HUGGINGFACE_TASKS, NVIDIA_SMI, PYTORCH } from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** L4. */
export const l4: GpuSpec = {
  id: 'l4',
  name: 'L4',
  vendor: 'NVIDIA',
  architecture: 'Ada Lovelace',
  memoryBytes: 23034 * MIB,
  memoryGBps: 300,
  peak: { bf16: 121, fp8: 242.5, int8: 242.5, fp4: null },
  smCount: 58,
  l2Bytes: 48e6,
  scaleUpGBps: null,
  scaleUpDomain: 1,
  pcieGBps: 31.5,
  nicGbps: 12.5,
  tdpW: 72,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, NVIDIA_SMI, HUGGINGFACE_TASKS, PYTORCH],
  notes: 'Often quoted with sparsity (242 and 485).',
};
