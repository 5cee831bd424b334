/**
 * The comparison report: plain JSON, the same in CLI, CI and browser. Several fleets under the same workloads and the same
 * seeds, so that differences are paired. Fleets carry letters A, B, C ... in the order in which the document lists them;
 * the first one is the baseline of every difference.
 */
import type { Interval, Report } from '../metrics/report.ts';

/** What a paired difference shows: the fleet's figure against the baseline's. `cannotTell`: fewer than two seeds. */
export type DifferenceVerdict = 'lower' | 'higher' | 'noDifferenceShown' | 'cannotTell';

/** One figure of one fleet against the baseline. */
export interface FigureDifference {
  /** Path of the figure in a report, e.g. `ttftMs.p95`. */
  readonly figure: string;
  readonly fleet: string;
  readonly baseline: string;
  /** Mean over seeds of fleet minus baseline, in the figure's unit; null where either has no such figure. */
  readonly difference: number | null;
  /** Student-t interval of the difference over seeds; null with fewer than two seeds. */
  readonly interval: Interval | null;
  readonly verdict: DifferenceVerdict;
  /** Whether `lower` or `higher` is the better one here; null where neither is shown or the figure has no direction. */
  readonly better: boolean | null;
}

/** One fleet under one workload. */
export interface FleetOutcome {
  readonly letter: string;
  readonly name: string;
  readonly gpus: number;
  readonly report: Report;
}

/** All fleets under one workload. */
export interface WorkloadComparison {
  readonly workload: string;
  readonly fleets: readonly FleetOutcome[];
  readonly differences: readonly FigureDifference[];
  /**
   * Cheapest fleet that meets the SLO (fewest GPUs where prices are unknown); null when none does, when several are not
   * distinguished, or there is no SLO.
   */
  readonly best: string | null;
  /** Fleets that are best and not distinguished from each other; empty where there is a best one, or none. */
  readonly tied: readonly string[];
  /** The decision in one sentence. */
  readonly sentence: string;
}

export interface ComparisonReport {
  readonly schemaVersion: 1;
  readonly comparison: string;
  readonly engineDigest: string;
  readonly seeds: readonly number[];
  readonly workloads: readonly WorkloadComparison[];
  /** Cheapest fleet that meets the SLO under every workload; null when none does or several are not distinguished. */
  readonly best: string | null;
  readonly tied: readonly string[];
  /** The decision over all workloads in one sentence. */
  readonly sentence: string;
  /** Wall time is the only field that differs between equal comparisons. */
  readonly sim: { readonly wallMs: number; readonly events: number; readonly requestsPerS: number };
}
