import type { WorkloadPreset } from '../workload-shape.ts';

/** Fixed shape 1024 in, 8192 out. */
export const fixed1k8k: WorkloadPreset = {
  id: 'fixed-1k-8k',
  name: 'Fixed shape 1024 in, 8192 out',
  basis: 'published',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 1 },
    input: { dist: 'constant', value: 1024 },
    output: { dist: 'constant', value: 8192 },
  },
  sources: [{ ref: 'SemiAnalysisAI/InferenceX MODELS.md (fixed shapes)', date: '2026-11-22' }],
  notes: 'Rate assumed.',
};
