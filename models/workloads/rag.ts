import type { WorkloadPreset } from '../workload-shape.ts';

/** Retrieval-augmented answers. */
export const rag: WorkloadPreset = {
  id: 'rag',
  name: 'Retrieval-augmented answers',
  basis: 'assumed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 5 },
    input: { dist: 'lognormal', mean: 150, cv: 0.8, max: 2000 },
    output: { dist: 'lognormal', mean: 250, cv: 0.7, max: 1500 },
    prefixes: { groups: 500, tokens: 3000, zipf: 0.9 },
  },
  sources: [{ ref: 'Assumed: documents of 3000 tokens, popularity by Zipf 0.9', date: '2026-11-22' }],
  notes: 'A document before each question.',
};
