/**
 * What one run (one scenario, one seed) leaves behind, before it becomes a report. Mergeable over seeds and shards.
 */
import type { ModelProvenance } from '../latency/step-model.ts';
import type { OverTimeData } from './over-time.ts';
import type { Recorder } from './recorder.ts';

/** One pool's use over one run. */
export interface PoolUsage {
  readonly name: string;
  readonly role: string;
  readonly replicas: number;
  readonly gpus: number;
  readonly gpu: string;
  readonly model: string;
  readonly engine: string;
  /** KV blocks of one replica. */
  readonly kvBlocks: number;
  /** Sums over replicas, µs. */
  readonly busyPrefillUs: number;
  readonly busyDecodeUs: number;
  readonly transferUs: number;
  /** Sum over replicas of the time that they served, µs. */
  readonly availableUs: number;
  /** Sum over replicas of the time that they are paid for: start-up included, for pools whose size changes. */
  readonly heldUs: number;
  /** Time-weighted mean and maximum of used KV share, 0..1. */
  readonly kvMean: number;
  readonly kvMax: number;
}

/** A pool was given another size. */
export interface ScalingChange {
  readonly atS: number;
  readonly pool: string;
  /** Replicas wished from then on; a new one serves once it has started. */
  readonly replicas: number;
}

/** What the KV tiers of one kind did over one run, all replicas together. */
export interface TierUsage {
  readonly kind: 'cpu' | 'disk' | 'store';
  /** Tokens that first admissions found in them, beyond what nearer ones had. */
  readonly hitTokens: number;
  readonly loadedBytes: number;
  readonly storedBytes: number;
}

/** One link of the network over one run; equal links have one name. */
export interface LinkUsage {
  readonly name: string;
  readonly bytesPerUs: number;
  readonly bytes: number;
}

/** How completed requests were shared out. */
export interface FairnessData {
  /** Prompt and output tokens of the requests that each endpoint answered; endpoints without any left out. */
  readonly endpointTokens: readonly number[];
  /** Of each tenant the mean end-to-end time per output token, µs. */
  readonly tenantTimes: readonly number[];
}

/** Everything that a report is made of. */
export interface RunResult {
  readonly seed: number;
  readonly fingerprint: string;
  readonly events: number;
  /** From time 0 to the end of the run, µs. */
  readonly durationUs: number;
  /** Every request that ended or is still in flight has been handed to it. */
  readonly recorder: Recorder;
  readonly pools: readonly PoolUsage[];
  readonly queriedTokens: number;
  readonly hitTokens: number;
  /** KV tiers below the GPU, nearest first; empty without any. */
  readonly tiers: readonly TierUsage[];
  readonly links: readonly LinkUsage[];
  readonly provenance: readonly ModelProvenance[];
  readonly notes: readonly string[];
  /** Parts that the run took to be perfect (`run.idealised`). */
  readonly idealised: readonly string[];
  /** Tenant of each class of the workload; empty: one for all. */
  readonly tenants: readonly string[];
  /** Given up before its end, as it was asked to be (`RunSpec.giveUp`). */
  readonly isGivenUp?: true;
  /** What fairness indices are made of, where it was asked for. */
  readonly fairness?: FairnessData;
  /** Requests by arrival, where it was asked for. */
  readonly overTime?: OverTimeData;
  /** Decisions of the autoscaler, in order. */
  readonly scaling: readonly ScalingChange[];
}
