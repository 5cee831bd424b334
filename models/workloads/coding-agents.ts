import type { WorkloadPreset } from '../workload-shape.ts';

/** Coding agents, long sessions. */
export const codingAgents: WorkloadPreset = {
  id: 'coding-agents',
  name: 'Coding agents, long sessions',
  basis: 'published',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 0.05 },
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
    prefixes: { groups: 1000, tokens: 60_000 },
    sessions: {
      turns: 20,
      thinkTimeS: {
        dist: 'empirical',
        quantiles: [
          [0, 0],
          [0.5, 0.3],
          [0.9, 13.6],
          [0.97, 86],
          [1, 1236],
        ],
      },
    },
  },
  sources: [{ ref: 'uw-syfi/TraceLab@0b8a262 artifact READMEs (CC-BY-4.0)', date: '2026-11-22' }],
  notes: 'Lengths and pauses published; cut to 20 turns from 60k tokens. Rate of sessions assumed.',
};
