import type { WorkloadPreset } from '../workload-shape.ts';

/** Batch of summaries. */
export const batchSummarisation: WorkloadPreset = {
  id: 'batch-summarisation',
  name: 'Batch of summaries',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'burst', requests: 1000 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 1],
        [0.05, 748.6],
        [0.1, 1242],
        [0.25, 1986],
        [0.5, 2730],
        [0.75, 3370],
        [0.9, 3702],
        [0.95, 3813],
        [0.99, 3933],
        [1, 4054],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 5],
        [0.05, 60],
        [0.1, 78],
        [0.25, 115],
        [0.5, 167],
        [0.75, 242],
        [0.9, 372],
        [0.95, 736.2],
        [0.99, 3271],
        [1, 4056],
      ],
    },
  },
  sources: [{ ref: 'microsoft/vidur@7d47513 arxiv_summarization (MIT)', date: '2026-11-22' }],
  notes: 'All requests at once: offline throughput.',
};
