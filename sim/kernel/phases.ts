/**
 * Order of events that share one instant. A change here changes results: explain it and renew the goldens.
 */

/** Phases of one instant, in order; lower runs first. */
export const PHASE = {
  /** Crashes, cuts and other faults strike before anything else at their instant. */
  fault: 0,
  /** KV has arrived: usable by the batch formed at this instant. */
  transferDone: 1,
  /** A step ends before arrivals are seen: a slot freed at t is usable at t. */
  stepEnd: 2,
  /** Metrics become visible to the router before it routes arrivals of the same instant. */
  scrape: 3,
  /** A request reaches the router. */
  arrival: 4,
  /** A request reaches an engine. */
  deliver: 5,
  /** A batch forms after deliveries: a request arriving at t joins the batch formed at t. */
  stepBegin: 6,
  /** Time-outs strike last: completion at the same instant wins. */
  timeout: 7,
  /** Router timers, autoscaler decisions. */
  control: 8,
  /** Observers see the instant's outcome. */
  sample: 9,
} as const;

/** One of PHASE. */
export type Phase = (typeof PHASE)[keyof typeof PHASE];
