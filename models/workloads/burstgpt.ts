import type { WorkloadPreset } from '../workload-shape.ts';

/** BurstGPT, campus ChatGPT. */
export const burstgpt: WorkloadPreset = {
  id: 'burstgpt',
  name: 'BurstGPT, campus ChatGPT',
  basis: 'assumed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 0.53, cv: 2 },
    input: { dist: 'lognormal', mean: 600, cv: 1.2, max: 8000 },
    output: { dist: 'lognormal', mean: 250, cv: 0.8, max: 2000 },
  },
  sources: [{ ref: 'HPMLL/BurstGPT@e92f533 README (CC-BY-4.0)', date: '2026-11-22' }],
  notes: 'Rate published, answer lengths near the published conditional medians; spreads and CV assumed.',
};
