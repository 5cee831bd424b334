/** Randomness as the pure code sees it: a source that comes in, never a global one. */

/** A stream of random numbers. */
export interface Rng {
  /** Uniform in [0, 1). */
  unit(): number;
}

/**
 * Named, independent streams from one seed, e.g. `workload/arrivals` or `router/max-score-picker`.
 * One stream per purpose and entity, never per policy, so that changing a policy leaves all other draws alone
 * (common random numbers).
 */
export interface Streams {
  /** Opens the stream of that path; the same path always yields the same numbers. */
  open(path: string): Rng;
}
