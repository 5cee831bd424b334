import type { WorkloadPreset } from '../workload-shape.ts';

/** ServeGen, DeepSeek-R1 reasoning. */
export const servegenReasoning: WorkloadPreset = {
  id: 'servegen-reasoning',
  name: 'ServeGen, DeepSeek-R1 reasoning',
  basis: 'computed',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 16.02, cv: 1.02 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 13],
        [0.05, 13],
        [0.1, 18],
        [0.25, 41],
        [0.5, 208],
        [0.75, 482],
        [0.9, 2092],
        [0.95, 6714],
        [0.99, 23420],
        [1, 23420],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 225],
        [0.05, 225],
        [0.1, 287],
        [0.25, 427],
        [0.5, 792],
        [0.75, 1499],
        [0.9, 3432],
        [0.95, 5701],
        [0.99, 12610],
        [1, 12610],
      ],
    },
  },
  sources: [{ ref: 'alibaba/ServeGen@f891d11 client pools (Apache-2.0)', date: '2026-11-22' }],
  notes: 'Seven tenths of the output are reasoning.',
};
