import type { WorkloadPreset } from '../workload-shape.ts';

/** ServeGen, medium model. */
export const servegenMid: WorkloadPreset = {
  id: 'servegen-mid',
  name: 'ServeGen, medium model',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 1790.1, cv: 2.04 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 133],
        [0.05, 133],
        [0.1, 135],
        [0.25, 144],
        [0.5, 173],
        [0.75, 248],
        [0.9, 645],
        [0.95, 864],
        [0.99, 2583],
        [1, 2583],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 4],
        [0.05, 4],
        [0.1, 9],
        [0.25, 16],
        [0.5, 34],
        [0.75, 61],
        [0.9, 95],
        [0.95, 131],
        [0.99, 397],
        [1, 397],
      ],
    },
  },
  sources: [{ ref: 'alibaba/ServeGen@f891d11 client pools (Apache-2.0)', date: '2026-11-22' }],
  notes: 'Mixture of 109 clients; CV is the median over clients by rate; lengths of 71 % of the traffic.',
};
