import type { WorkloadPreset } from '../workload-shape.ts';

/** ServeGen, images. */
export const servegenImage: WorkloadPreset = {
  id: 'servegen-image',
  name: 'ServeGen, images',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 9.475, cv: 1.01 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 47],
        [0.05, 47],
        [0.25, 310],
        [0.5, 646],
        [0.75, 2228],
        [0.9, 3138],
        [0.95, 3578],
        [0.99, 4335],
        [1, 4335],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 3],
        [0.05, 3],
        [0.1, 6],
        [0.25, 29],
        [0.5, 100],
        [0.75, 185],
        [0.9, 264],
        [0.95, 336],
        [0.99, 587],
        [1, 587],
      ],
    },
  },
  sources: [{ ref: 'alibaba/ServeGen@f891d11 client pools (Apache-2.0)', date: '2026-11-22' }],
  notes: 'Input is text plus image tokens, quantile by quantile.',
};
