import type { WorkloadPreset } from '../workload-shape.ts';

/** Coding agents on benchmark tasks. */
export const codingAgentsShort: WorkloadPreset = {
  id: 'coding-agents-short',
  name: 'Coding agents on benchmark tasks',
  basis: 'published',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 0.1 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 50],
        [0.5, 870],
        [0.9, 1000],
        [0.99, 20000],
        [1, 60000],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 10],
        [0.5, 210],
        [0.9, 1700],
        [1, 4000],
      ],
    },
    prefixes: { groups: 100, tokens: 20_000 },
    sessions: {
      turns: { dist: 'uniform', min: 5, max: 40 },
      thinkTimeS: {
        dist: 'empirical',
        quantiles: [
          [0, 0],
          [0.5, 0.3],
          [0.9, 13.6],
          [1, 60],
        ],
      },
    },
  },
  sources: [
    { ref: 'netpreme/coding_agent_traces on Hugging Face (SWE-bench Pro)', date: '2026-11-22' },
    { ref: 'uw-syfi/TraceLab@0b8a262 artifact READMEs (CC-BY-4.0)', date: '2026-11-22' },
  ],
  notes: 'First prompt near 20k tokens and 5 turns or more published; rate and number of tasks assumed.',
};
