/**
 * What a recorded run leaves for looking at: one row per request, and one row per instance and moment. Columns of numbers, so
 * that a page can be handed a million requests without a copy. Times in µs since the start of the run.
 *
 *   requests   arrivalUs | endUs | phaseUs[0..8] | promptTokens | outputTokens | cachedTokens | endpoint | prefillEndpoint | ...
 *   moments    atUs[m];  cells[m * instances + i] = busyPrefill, busyDecode, waiting, running, kvUsage, evicted of instance i
 */
import type { Ending } from '../workload/request.ts';

/** How a request ended, by its number in the column `ending`. */
export const ENDINGS: readonly Ending[] = [
  'inFlight',
  'completed',
  'rejected',
  'failed',
  'cancelled',
  'expired',
];

/** One row per request, in the order in which they ended. */
export interface RequestColumns {
  readonly count: number;
  /** The workload's number of the request. */
  readonly id: Uint32Array;
  readonly arrivalUs: Float64Array;
  readonly endUs: Float64Array;
  /** Phases of `sim/metrics/phases.ts`, one after the other from arrival to end: `phaseUs[row * 9 + phase]`. */
  readonly phaseUs: Float32Array;
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
  readonly cachedTokens: Uint32Array;
  /** Instance that answers, and that prefills; -1 none. */
  readonly endpoint: Int32Array;
  readonly prefillEndpoint: Int32Array;
  readonly preemptions: Uint16Array;
  readonly ending: Uint8Array;
}

/** What an instance was doing between one moment and the next, and its state at the moment. */
export interface MomentColumns {
  /** Ends of the intervals; the first one begins at 0. */
  readonly atUs: Float64Array;
  readonly instances: number;
  /** Shares of the interval, 0..1. */
  readonly prefill: Float32Array;
  readonly decode: Float32Array;
  readonly waiting: Uint32Array;
  readonly running: Uint32Array;
  /** Share of KV blocks in use, 0..1. */
  readonly kv: Float32Array;
  /** Blocks of the prefix cache, of content that could have been found again, that gave way in the interval. */
  readonly evictedBlocks: Uint32Array;
  /** Of the whole fleet in the interval: prompt tokens looked up, and found in a cache. */
  readonly queriedTokens: Float64Array;
  readonly hitTokens: Float64Array;
  /** Carried bytes over what the link could have carried, 0..1: `link[m * links + l]`. */
  readonly link: Float32Array;
}

export interface InstanceInfo {
  readonly name: string;
  readonly pool: string;
  readonly role: string;
  readonly gpus: number;
  /** Its KV memory, in blocks. */
  readonly kvBlocks: number;
}

export interface Recording {
  readonly requests: RequestColumns;
  readonly moments: MomentColumns;
  readonly instances: readonly InstanceInfo[];
  readonly links: readonly string[];
  readonly durationUs: number;
  /** Rows of `requests` in the order of arrival, and by time to the first token, longest first. */
  readonly byArrival: Uint32Array;
  readonly bySlowness: Uint32Array;
  /** Requests that ended after the recording was full. */
  readonly leftOut: number;
}

/** Buffers of a recording, to be handed over. */
export function recordingBuffers({ requests, moments, byArrival, bySlowness }: Recording): ArrayBuffer[] {
  const columns = [...Object.values(requests), ...Object.values(moments), byArrival, bySlowness] as unknown[];
  return columns.filter((column) => ArrayBuffer.isView(column)).map((column) => column.buffer as ArrayBuffer);
}
