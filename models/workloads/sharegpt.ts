import type { WorkloadPreset } from '../workload-shape.ts';

/** ShareGPT conversations. */
export const sharegpt: WorkloadPreset = {
  id: 'sharegpt',
  name: 'ShareGPT conversations',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 10 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 308],
        [0.05, 308],
        [0.1, 363],
        [0.25, 483],
        [0.5, 733],
        [0.75, 1111],
        [0.9, 1479],
        [0.95, 1785],
        [0.99, 2884],
        [1, 3998],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 524],
        [0.05, 524],
        [0.1, 531],
        [0.25, 562],
        [0.5, 633],
        [0.75, 767],
        [0.9, 770],
        [0.95, 773],
        [0.99, 796],
        [1, 1021],
      ],
    },
  },
  sources: [{ ref: 'casys-kaist/LLMServingSim@5daddb2 sharegpt workloads (MIT)', date: '2026-11-22' }],
  notes: 'Prompts hold the history; Llama 3.1 tokenizer; arrivals as in the source, synthetic.',
};
