/** What flow control shows of itself, for gauges and debugging pages. */

/** Fill and limits of a band, or of all together; a limit of 0 is none. */
export interface Fill {
  readonly requests: number;
  readonly maxRequests: number;
  readonly bytes: number;
  readonly maxBytes: number;
}

/** Flow control at one moment. */
export interface FlowFigures {
  /** As the last dispatch cycle measured it; null for a stage without endpoints. 1: full. */
  readonly saturation: {
    readonly prefill: number | null;
    readonly decode: number | null;
    readonly effective: number;
  };
  /** Highest priority first. */
  readonly bands: readonly (Fill & { readonly priority: number; readonly flows: number })[];
  readonly all: Fill;
  /** In-flight eviction; null when it is off. */
  readonly reclaim: ReclaimFigures | null;
}

/** In-flight eviction so far. Deficits are in units of saturation. */
export interface ReclaimFigures {
  /** Revocations issued, by priority of the band that was in need. */
  readonly issued: ReadonlyMap<number, number>;
  readonly confirmed: number;
  readonly timedOut: number;
  /** Deficit at the last decision. */
  readonly target: number;
  /** What revocations that are still out are to give back. */
  readonly pending: number;
}
