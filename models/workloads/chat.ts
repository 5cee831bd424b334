import type { WorkloadPreset } from '../workload-shape.ts';

/** Multi-turn chat. */
export const chat: WorkloadPreset = {
  id: 'chat',
  name: 'Multi-turn chat',
  basis: 'assumed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 1 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 8],
        [0.25, 30],
        [0.5, 80],
        [0.75, 200],
        [0.9, 500],
        [0.99, 2000],
        [1, 4000],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 7],
        [0.05, 41],
        [0.1, 54],
        [0.25, 85],
        [0.5, 129],
        [0.75, 395],
        [0.9, 424],
        [0.95, 451],
        [0.99, 601],
        [1, 1000],
      ],
    },
    prefixes: { groups: 1, tokens: 400 },
    sessions: {
      turns: { dist: 'uniform', min: 2, max: 8 },
      thinkTimeS: { dist: 'lognormal', mean: 30, cv: 1 },
    },
  },
  sources: [
    {
      ref: 'Azure/AzurePublicDataset@b469a11 (CC-BY-4.0) AzureLLMInferenceTrace_conv.csv',
      date: '2026-11-22',
    },
    { ref: 'casys-kaist/LLMServingSim@5daddb2 sharegpt workloads (MIT)', date: '2026-11-22' },
  ],
  notes: 'Answers as in Azure 2023; prompts, turns and pauses assumed. Arrivals start sessions.',
};
