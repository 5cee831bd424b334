import type { WorkloadPreset } from '../workload-shape.ts';

/** ServeGen, small model. */
export const servegenSmall: WorkloadPreset = {
  id: 'servegen-small',
  name: 'ServeGen, small model',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 1174.4, cv: 1.22 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 19],
        [0.05, 19],
        [0.1, 19],
        [0.25, 20],
        [0.5, 40],
        [0.75, 53],
        [0.9, 322],
        [0.95, 573],
        [0.99, 1478],
        [1, 1478],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 1],
        [0.05, 1],
        [0.1, 1],
        [0.25, 2],
        [0.5, 3],
        [0.75, 10],
        [0.9, 44],
        [0.95, 71],
        [0.99, 142],
        [1, 142],
      ],
    },
  },
  sources: [{ ref: 'alibaba/ServeGen@f891d11 client pools (Apache-2.0)', date: '2026-11-22' }],
  notes: 'Mixture of 43 clients; CV is the median over clients by rate; lengths of 43 % of the traffic.',
};
