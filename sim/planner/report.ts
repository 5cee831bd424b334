/** What a plan answers: plain JSON, the same in CLI and browser. */
import type { Interval } from '../metrics/report.ts';
import type { Scenario } from '../scenario/schema.ts';

/** The stages in their order. */
export const STAGES = ['fit', 'bound', 'screen', 'confirm'] as const;
export type StageName = (typeof STAGES)[number];

/** Why a fleet is out. */
export type RejectReason =
  | 'memory'
  | 'topology'
  | 'engine'
  | 'budget'
  | 'noPrice'
  | 'noSpare'
  | 'lowerBound'
  | 'missesInScreen'
  | 'missesSlo'
  | 'notShown'
  | 'failsWithoutWorkers'
  | 'failsWithGrowth'
  | 'dearer';

/** A figure held against its limit. */
export interface Metric {
  readonly metric: string;
  readonly limit: number;
  /** Mean over seeds. */
  readonly value: number | null;
  readonly interval: Interval | null;
}

/** What is closest to its limit, and which resource is busiest. */
export interface Binding {
  readonly constraint: string;
  /** Share of the limit that is left, 0..1. */
  readonly slack: number;
  readonly resource: 'prefill' | 'decode' | 'kv' | 'link';
  readonly resourceUse: number;
}

export interface Candidate {
  readonly rank: number;
  readonly fleet: string;
  readonly gpus: number;
  /** e.g. `3 x tp 4 = 12`. */
  readonly arithmetic: string;
  readonly costPerHour: number | null;
  readonly costPer1MInputTokens: number | null;
  readonly costPer1MOutputTokens: number | null;
  /** Draw with facility, and emissions: estimates (docs/planner.md); null where a TDP is not known. */
  readonly kW: number | null;
  readonly kgCo2ePer1MOutputTokens: number | null;
  readonly metrics: readonly Metric[];
  readonly seeds: number;
  /** Lower bound (Bonferroni) of the probability that every mean is within its limit. */
  readonly probabilityMeets: number;
  /** Highest load found at which the fleet still meets the SLO, and how much more than the offered load that is. */
  readonly kneeRps: number | null;
  /** Over seeds; beside it stands the width of the bisection, 5 %. */
  readonly kneeInterval: Interval | null;
  readonly headroom: number | null;
  /** True when the knee is beyond the highest load tried. */
  readonly kneeIsLowerBound: boolean;
  readonly binding: Binding;
  readonly stage: 'confirm';
  /** The fleet as a scenario of its own, to be run, opened or exported. */
  readonly scenario: Scenario;
}

export interface Rejected {
  readonly fleet: string;
  readonly gpus: number;
  readonly costPerHour: number | null;
  readonly reason: RejectReason;
  readonly detail: string;
  readonly stage: StageName;
  readonly metrics?: readonly Metric[];
}

export interface StageReport {
  readonly name: StageName;
  readonly in: number;
  readonly out: number;
  readonly wallMs: number;
}

/** The least change of one constraint that lets a fleet through, found by re-evaluation. */
export interface Relaxation {
  readonly constraint: string;
  readonly from: number;
  readonly to: number;
  readonly fleet: string;
  readonly detail: string;
}

export interface PlanReport {
  readonly schemaVersion: 1;
  readonly plan: string;
  readonly engineDigest: string;
  readonly feasible: boolean;
  readonly confidence: number;
  readonly offeredRps: number | null;
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly Rejected[];
  readonly nearestMisses: readonly Rejected[];
  readonly stages: readonly StageReport[];
  readonly relaxations: readonly Relaxation[];
  readonly notes: readonly string[];
}
