import type { WorkloadPreset } from '../workload-shape.ts';

/** Azure 2025, text and images. */
export const azure2025Multimodal: WorkloadPreset = {
  id: 'azure-2025-multimodal',
  name: 'Azure 2025, text and images',
  basis: 'digitised',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 1.653, cv: 2 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 135],
        [0.05, 135],
        [0.1, 173],
        [0.25, 362],
        [0.5, 776],
        [0.75, 1440],
        [0.9, 2986],
        [0.95, 4097],
        [0.99, 16030],
        [1, 16030],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 1],
        [0.05, 1],
        [0.1, 8],
        [0.25, 26],
        [0.5, 145],
        [0.75, 219],
        [0.9, 467],
        [0.95, 750],
        [0.99, 1350],
        [1, 1350],
      ],
    },
    classes: [
      { name: 'text', weight: 1 },
      {
        name: 'image',
        weight: 1,
        input: {
          dist: 'empirical',
          quantiles: [
            [0, 336],
            [0.05, 336],
            [0.1, 411],
            [0.25, 857],
            [0.5, 1393],
            [0.75, 3968],
            [0.9, 9153],
            [0.95, 17880],
            [0.99, 35250],
            [1, 35250],
          ],
        },
        output: {
          dist: 'empirical',
          quantiles: [
            [0, 9],
            [0.05, 9],
            [0.1, 15],
            [0.25, 32],
            [0.5, 79],
            [0.75, 177],
            [0.9, 402],
            [0.95, 507],
            [0.99, 825],
            [1, 825],
          ],
        },
      },
    ],
  },
  sources: [
    {
      ref: 'Azure/AzurePublicDataset@b469a11 (CC-BY-4.0) AzureLMMInferenceDataset2025.ipynb',
      date: '2026-11-22',
    },
  ],
  notes: 'Equal shares and the CV are assumed; image requests are the burstier ones.',
};
