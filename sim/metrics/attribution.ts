/** The `attribution` of a report: where the time of fast and of slow requests goes. */
import type { PhaseBins } from './phase-bins.ts';
import { PHASES, type Phase } from './phases.ts';

/** Cohorts by quantile of the time that a request took. */
const BANDS: readonly (readonly [name: string, from: number, to: number])[] = [
  ['all', 0, 1],
  ['p0-p50', 0, 0.5],
  ['p50-p90', 0.5, 0.9],
  ['p90-p99', 0.9, 0.99],
  ['p99-p100', 0.99, 1],
];

/** Completed requests of a cohort, and the mean time of each phase; `parts` add up to `meanMs`. */
export interface CohortReport {
  readonly band: string;
  readonly n: number;
  readonly meanMs: number;
  readonly parts: Readonly<Record<Phase, number>>;
}

/** Mean time by phase and cohort, ms, over completed requests that arrived after warm-up. */
export interface Attribution {
  readonly phases: readonly Phase[];
  /** Cohorts by TTFT; `decode` is 0. */
  readonly ttftMs: readonly CohortReport[];
  /** Cohorts by E2E. */
  readonly e2eMs: readonly CohortReport[];
}

export function attributionOf(ttft: PhaseBins, e2e: PhaseBins): Attribution {
  return { phases: PHASES, ttftMs: cohortsOf(ttft), e2eMs: cohortsOf(e2e) };
}

function cohortsOf(bins: PhaseBins): CohortReport[] {
  return BANDS.flatMap(([band, from, to]) => {
    const cohort = bins.cohort(from, to);
    if (cohort === null) return [];
    const parts = PHASES.map((phase) => [phase, cohort.partsUs[phase] / 1e3] as const);
    return [
      {
        band,
        n: cohort.n,
        meanMs: cohort.meanUs / 1e3,
        parts: Object.fromEntries(parts) as Record<Phase, number>,
      },
    ];
  });
}
