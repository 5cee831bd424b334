import type { WorkloadPreset } from '../workload-shape.ts';

/** ServeGen, large model. */
export const servegenLarge: WorkloadPreset = {
  id: 'servegen-large',
  name: 'ServeGen, large model',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 195.8, cv: 1.19 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 64],
        [0.05, 64],
        [0.1, 74],
        [0.25, 262],
        [0.5, 601],
        [0.75, 1073],
        [0.9, 2371],
        [0.95, 2404],
        [0.99, 5452],
        [1, 5452],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 1],
        [0.05, 1],
        [0.1, 1],
        [0.25, 8],
        [0.5, 53],
        [0.75, 208],
        [0.9, 461],
        [0.95, 539],
        [0.99, 872],
        [1, 872],
      ],
    },
  },
  sources: [{ ref: 'alibaba/ServeGen@f891d11 client pools (Apache-2.0)', date: '2026-11-22' }],
  notes: 'Mixture of 162 clients; CV is the median over clients by rate; lengths of 63 % of the traffic.',
};
