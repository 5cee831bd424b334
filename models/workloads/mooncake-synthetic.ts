import type { WorkloadPreset } from '../workload-shape.ts';

/** Mooncake, synthetic long context. */
export const mooncakeSynthetic: WorkloadPreset = {
  id: 'mooncake-synthetic',
  name: 'Mooncake, synthetic long context',
  basis: 'fitted',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 3.907 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 100],
        [0.29, 400],
        [0.643, 6000],
        [0.857, 16600],
        [0.929, 23700],
        [0.986, 35800],
        [1, 66000],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 1],
        [0.05, 2],
        [0.1, 4],
        [0.25, 11],
        [0.5, 69],
        [0.75, 250],
        [0.9, 389],
        [0.95, 519],
        [0.99, 768.1],
        [1, 893],
      ],
    },
    classes: [
      { name: 'long', weight: 0.7, prefixes: { groups: 40, tokens: 14_500 } },
      {
        name: 'short',
        weight: 0.3,
        input: {
          dist: 'empirical',
          quantiles: [
            [0, 13],
            [0.17, 22],
            [0.33, 30],
            [0.83, 277],
            [1, 600],
          ],
        },
      },
    ],
  },
  sources: [
    {
      ref: 'kvcache-ai/Mooncake@3b5a594 FAST25-release (Apache-2.0) synthetic_trace.jsonl',
      date: '2026-11-22',
    },
  ],
  notes:
    'Mean prompt (15,325) and reusable share (0.65) as in the trace; the shape of lengths is approximate.',
};
