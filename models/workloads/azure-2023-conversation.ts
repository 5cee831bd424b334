import type { WorkloadPreset } from '../workload-shape.ts';

/** Azure 2023, conversation. */
export const azure2023Conversation: WorkloadPreset = {
  id: 'azure-2023-conversation',
  name: 'Azure 2023, conversation',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 5.53, cv: 1.09 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 2],
        [0.05, 181],
        [0.1, 207],
        [0.25, 396],
        [0.5, 1020],
        [0.75, 1189],
        [0.9, 2734],
        [0.95, 4083],
        [0.99, 4142],
        [1, 14050],
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
  },
  sources: [
    {
      ref: 'Azure/AzurePublicDataset@b469a11 (CC-BY-4.0) AzureLLMInferenceTrace_conv.csv',
      date: '2026-11-22',
    },
  ],
  notes: 'One hour; over-dispersed at the scale of minutes.',
};
