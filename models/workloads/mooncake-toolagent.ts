import type { WorkloadPreset } from '../workload-shape.ts';

/** Mooncake, tools and agents. */
export const mooncakeToolagent: WorkloadPreset = {
  id: 'mooncake-toolagent',
  name: 'Mooncake, tools and agents',
  basis: 'published',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 6.56 },
    input: { dist: 'lognormal', mean: 3500, cv: 1.2, max: 120000 },
    output: { dist: 'lognormal', mean: 182, cv: 1 },
    prefixes: { groups: 100, tokens: 5100, zipf: 1 },
  },
  sources: [{ ref: 'Mooncake FAST 2025 paper, table 2', date: '2026-11-22' }],
  notes: 'Means and cache ratio (0.59) published; spreads and popularity assumed.',
};
