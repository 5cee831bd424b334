import type { WorkloadPreset } from '../workload-shape.ts';

/** Azure 2023, code completion. */
export const azure2023Code: WorkloadPreset = {
  id: 'azure-2023-code',
  name: 'Azure 2023, code completion',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 2.567, cv: 13.2 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 3],
        [0.05, 75],
        [0.1, 147],
        [0.25, 578],
        [0.5, 1469],
        [0.75, 2744],
        [0.9, 5188],
        [0.95, 7303],
        [0.99, 7436],
        [1, 7437],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 6],
        [0.05, 6],
        [0.1, 7],
        [0.25, 9],
        [0.5, 13],
        [0.75, 24],
        [0.9, 55],
        [0.95, 90],
        [0.99, 251.5],
        [1, 1899],
      ],
    },
  },
  sources: [
    {
      ref: 'Azure/AzurePublicDataset@b469a11 (CC-BY-4.0) AzureLLMInferenceTrace_code.csv',
      date: '2026-11-22',
    },
  ],
  notes: 'One hour; requests come in clumps.',
};
