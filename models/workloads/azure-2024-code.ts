import type { WorkloadPreset } from '../workload-shape.ts';

/** Azure 2024, code completion. */
export const azure2024Code: WorkloadPreset = {
  id: 'azure-2024-code',
  name: 'Azure 2024, code completion',
  basis: 'digitised',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 27.78 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 112],
        [0.05, 112],
        [0.1, 329],
        [0.25, 916],
        [0.5, 1909],
        [0.75, 3321],
        [0.9, 6196],
        [0.95, 7666],
        [0.99, 7680],
        [1, 7680],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 1],
        [0.75, 6],
        [0.9, 33],
        [0.95, 70],
        [0.99, 268],
        [0.999, 1000],
        [1, 5000],
      ],
    },
  },
  sources: [
    {
      ref: 'Azure/AzurePublicDataset@b469a11 (CC-BY-4.0) AzureLLMInferenceDataset2024.ipynb',
      date: '2026-11-22',
    },
  ],
  notes: 'One week; the busiest minute is 3.5 times the mean.',
};
