import type { WorkloadPreset } from '../workload-shape.ts';

/** Fixed shape 1024 in, 1024 out. */
export const fixed1k1k: WorkloadPreset = {
  id: 'fixed-1k-1k',
  name: 'Fixed shape 1024 in, 1024 out',
  basis: 'published',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 1 },
    input: { dist: 'constant', value: 1024 },
    output: { dist: 'constant', value: 1024 },
  },
  sources: [{ ref: 'SemiAnalysisAI/InferenceX MODELS.md (fixed shapes)', date: '2026-11-22' }],
  notes: 'Rate assumed.',
};
