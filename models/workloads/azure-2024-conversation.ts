import type { WorkloadPreset } from '../workload-shape.ts';

/** Azure 2024, conversation. */
export const azure2024Conversation: WorkloadPreset = {
  id: 'azure-2024-conversation',
  name: 'Azure 2024, conversation',
  basis: 'digitised',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 45.15 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 194],
        [0.05, 194],
        [0.1, 284],
        [0.25, 531],
        [0.5, 906],
        [0.75, 2335],
        [0.9, 3784],
        [0.95, 4912],
        [0.99, 6590],
        [1, 6590],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 1],
        [0.5, 31],
        [0.75, 98],
        [0.9, 329],
        [0.95, 443],
        [0.99, 683],
        [1, 1500],
      ],
    },
  },
  sources: [
    {
      ref: 'Azure/AzurePublicDataset@b469a11 (CC-BY-4.0) AzureLLMInferenceDataset2024.ipynb',
      date: '2026-11-22',
    },
  ],
  notes: 'One week; the busiest minute is 1.9 times the mean.',
};
