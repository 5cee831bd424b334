/**
 * The report: plain JSON, the same in CLI, CI and browser. Published fields of architecture section 2.3; more may be
 * added, none renamed. Times in ms, rates per second, money in USD.
 */

import type { ModelProvenance } from '../latency/step-model.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Attribution } from './attribution.ts';

/** Distribution of a metric in ms. `null` where nothing was observed. */
export interface Quantiles {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Observations. */
  readonly n: number;
}

/** Where requests ended. `arrived` is the sum of the six ends; `preemptions` counts events. */
export interface Counts {
  readonly arrived: number;
  readonly completed: number;
  readonly rejected: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly expired: number;
  readonly inFlight: number;
  readonly preemptions: number;
}

/** One pool's use. Busy shares add up to 1. */
export interface PoolReport {
  readonly name: string;
  readonly role: string;
  /** Paid for, on average over the run, where scaling changes them. */
  readonly replicas: number;
  readonly gpus: number;
  /** Replicas times the time that they are paid for, start-up included; mean over seeds. */
  readonly replicaHours: number;
  readonly gpu: string;
  readonly model: string;
  readonly engine: string;
  readonly kvBlocks: number;
  readonly busy: {
    readonly prefill: number;
    readonly decode: number;
    readonly transfer: number;
    readonly idle: number;
  };
  readonly kv: { readonly mean: number; readonly max: number };
}

/** From `atS` on the autoscaler wished so many replicas of the pool. */
export interface ScalingLine {
  readonly seed: number;
  readonly atS: number;
  readonly pool: string;
  readonly replicas: number;
}

/** A part of the fleet's cost. */
export interface CostShare {
  readonly name: string;
  readonly share: number;
  readonly perHour: number;
  /** Its cost over its own output tokens; null where these are not told apart. */
  readonly per1MOutputTokens: number | null;
}

/** A Student-t interval over seeds. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** Whether the fleet meets the SLO: `cannotTell` when an interval straddles its limit. */
export type SloVerdict = 'meets' | 'fails' | 'cannotTell' | 'none';

/** One SLO limit and what came out. */
export interface SloCheck {
  /** Path of the figure in the report, e.g. `ttftMs.p95`. */
  readonly metric: string;
  readonly limit: number;
  readonly value: number | null;
  readonly verdict: Exclude<SloVerdict, 'none'>;
}

/** Hits and traffic of one KV tier, all replicas together. */
export interface TierReport {
  readonly kind: 'gpu' | 'cpu' | 'disk' | 'store';
  /** Share of looked-up tokens found here and in no nearer tier. */
  readonly hitRate: number;
  /** Bytes read from and written to it over all runs; 0 for the GPU. */
  readonly loadedBytes: number;
  readonly storedBytes: number;
}

/** A group of equal links. */
export interface LinkReport {
  readonly name: string;
  readonly links: number;
  /** Bandwidth of one. */
  readonly GBps: number;
  /** Carried bytes over what the links could have carried: all of them, and the busiest. */
  readonly utilisation: { readonly mean: number; readonly max: number };
  /** Sum over links and runs. */
  readonly bytes: number;
}

/** The figures of one seed's run alone. */
export interface SeedFigures {
  readonly seed: number;
  /** By path, e.g. `ttftMs.p95`. */
  readonly figures: Readonly<Record<string, number | null>>;
}

export interface Report {
  readonly schemaVersion: 1;
  readonly scenario: string;
  /** Digest of the simulator's version: reports of different digests are not compared bit by bit. */
  readonly engineDigest: string;
  readonly fingerprint: string;
  /** Parts that the run took to be perfect: its figures are upper bounds of what can be built. Only where there are any. */
  readonly idealised?: readonly string[];
  readonly seeds: readonly number[];
  readonly counts: Counts;
  /** Simulated time from the first arrival to the last event, seconds (mean over seeds). */
  readonly durationS: number;
  readonly throughput: {
    readonly requestsPerS: number;
    readonly inputTokensPerS: number;
    readonly outputTokensPerS: number;
  };
  /**
   * Rates over the time in which requests arrive (`throughput` and `slo.goodputRps` also divide by the drain after it, in
   * which the fleet works off what is left). Null where fewer than two requests arrived.
   */
  readonly arrivalWindow: {
    /** Mean over seeds. */
    readonly seconds: number;
    /** Offered load. */
    readonly arrivedPerS: number | null;
    /** Completed by the last arrival. */
    readonly requestsPerS: number | null;
    readonly inputTokensPerS: number | null;
    readonly outputTokensPerS: number | null;
    /** Offered load times the share of requests within the SLO, whenever they ended; null without an SLO. */
    readonly goodputRps: number | null;
  };
  readonly ttftMs: Quantiles;
  readonly itlMs: Quantiles;
  readonly tpotMs: Quantiles;
  readonly e2eMs: Quantiles;
  readonly queueMs: Quantiles;
  readonly transferMs: Quantiles;
  readonly slo: {
    readonly attainment: number | null;
    readonly goodputRps: number | null;
    readonly verdict: SloVerdict;
    readonly checks: readonly SloCheck[];
  };
  readonly attribution: Attribution;
  /** Share of prompt tokens found in a cache at first admission; by tier where there are tiers below the GPU. */
  readonly cache: { readonly hitRate: number; readonly tiers?: readonly TierReport[] };
  /** Links that carried KV; absent where none did. */
  readonly links?: readonly LinkReport[];
  readonly pools: readonly PoolReport[];
  /** Sizes that the autoscaler asked for; only where there is one. */
  readonly scaling?: readonly ScalingLine[];
  readonly cost: {
    readonly perHour: number | null;
    readonly per1MInputTokens: number | null;
    readonly per1MOutputTokens: number | null;
    /** Source and date of the prices used. */
    readonly prices: readonly string[];
    /** GPUs that are paid for: whole nodes or instances where they are billed so. */
    readonly billedGpus: number;
    /** Energy within `perHour`, of own hardware; null where prices include it. */
    readonly energyPerHour: number | null;
    /** Who caused which part of the cost; only where there are two or more. */
    readonly byClass?: readonly CostShare[];
    readonly byTenant?: readonly CostShare[];
    readonly byModel?: readonly CostShare[];
  };
  /** Draw of the billed machines and their facility; null where a TDP is not known. Estimates: see `assumptions`. */
  readonly energy: {
    readonly kW: number;
    readonly gpuKW: number;
    readonly hostKW: number;
    readonly pue: number;
    /** Of everything, idle time included, over output tokens. */
    readonly joulesPerOutputToken: number | null;
    readonly kWhPer1MOutputTokens: number | null;
    readonly kgCo2ePer1MOutputTokens: number | null;
    readonly kgCo2ePerHour: number;
    readonly usdPerHour: number;
    readonly usdPerKWh: number;
    readonly kgCo2ePerKWh: number;
    /** Defaults that stand in for what the scenario does not say, each with its source. */
    readonly assumptions: readonly string[];
  } | null;
  /** Intervals over seeds by figure path (only with two seeds or more). */
  readonly intervals: Readonly<Record<string, Interval>>;
  /** Each seed's own figures, for differences that are paired by seed (only with two seeds or more). */
  readonly bySeed?: readonly SeedFigures[];
  readonly provenance: readonly ModelProvenance[];
  /** Remarks a reader should see: skipped trace rows, refused requests and why, overload. */
  readonly notes: readonly string[];
  /** The scenario that was run, the router's configuration included. */
  readonly document?: Scenario;
  /** Wall time is the only field that differs between equal runs. */
  readonly sim: { readonly wallMs: number; readonly events: number; readonly requestsPerS: number };
}
