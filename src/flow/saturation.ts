/**
 * Saturation detectors: how full a set of endpoints is (1 = full), and, as scheduling filters, which single
 * endpoints still have room. Flow control and legacy admission use the first, profiles the second.
 *   utilization   scraped queue depth and KV usage; reacts one scrape late, and stale endpoints count as full
 *   concurrency   requests or tokens in flight as counted by the router; no scrape lag
 */
import type { EndpointTable } from '../routing/endpoint.ts';
import type { SaturationDetector } from './policy.ts';

/** A detector that can also be asked about one endpoint. */
export interface EndpointDetector extends SaturationDetector {
  /** Whether the endpoint is below its limit, headroom included. */
  hasRoom(row: number, nowUs: number): boolean;
  /** As a filter: all candidates pass when none has room (true), or none does (false). */
  readonly failsOpen: boolean;
}

/** Parameters of the utilization detector. */
export interface UtilizationParameters {
  /** Waiting requests at which an endpoint is full. */
  readonly queueDepthThreshold: number;
  /** KV usage, 0..1, at which an endpoint is full. */
  readonly kvCacheUtilThreshold: number;
  /** Age of the last scrape beyond which an endpoint counts as full, µs. */
  readonly stalenessUs: number;
  /** Share above the thresholds that the filter allows; 0.2 is 20 %. */
  readonly headroom: number;
}

/** Defaults of llm-d router v0.10. */
export const UTILIZATION_DEFAULTS: UtilizationParameters = {
  queueDepthThreshold: 5,
  kvCacheUtilThreshold: 0.8,
  stalenessUs: 200_000,
  headroom: 0,
};

/**
 * Metrics refresh of the scraper, and what an engine takes to abort and free blocks, µs (upstream's
 * constants).
 */
const METRICS_REFRESH_US = 50_000;
const ENGINE_ABORT_US = 250_000;

/**
 * Average over endpoints of max(waiting / threshold, kvUsage / threshold); an endpoint never scraped, or
 * scraped longer ago than the staleness limit, counts 1. Example: (waiting 10, kv 0.4) and (waiting 0, kv
 * 0.4) with thresholds 5 and 0.8: (2 + 0.5) / 2 = 1.25.
 */
export function utilizationDetector(
  table: EndpointTable,
  parameters: UtilizationParameters,
): EndpointDetector {
  const { queueDepthThreshold, kvCacheUtilThreshold, stalenessUs, headroom } = parameters;
  const waitingLimit = queueDepthThreshold * (1 + headroom);
  const kvLimit = Math.min(1, kvCacheUtilThreshold * (1 + headroom));
  return {
    failsOpen: true,
    reclaimGraceUs: METRICS_REFRESH_US + stalenessUs + ENGINE_ABORT_US,
    saturation(rows, count, nowUs) {
      if (count === 0) return 1;
      const { waiting, kvUsage, scrapedAtUs } = table;
      let sum = 0;
      for (let index = 0; index < count; index++) {
        const row = rows[index]!;
        if (nowUs - scrapedAtUs[row]! > stalenessUs) sum += 1;
        else sum += Math.max(waiting[row]! / queueDepthThreshold, kvUsage[row]! / kvCacheUtilThreshold);
      }
      return sum / count;
    },
    stale: (nowUs) => table.rows.filter((row) => nowUs - table.scrapedAtUs[row]! > stalenessUs).length,
    hasRoom(row, nowUs) {
      if (nowUs - table.scrapedAtUs[row]! > stalenessUs) return false;
      return table.waiting[row]! < waitingLimit && table.kvUsage[row]! < kvLimit;
    },
  };
}

/** Load in flight as the router itself counts it; index: row. A row beyond the end has no load. */
export interface InFlightLoad {
  readonly requests: Float64Array;
  readonly tokens: Float64Array;
}

/** What the concurrency detector counts. */
export type ConcurrencyMode = 'requests' | 'tokens' | 'hybrid';

/** Parameters of the concurrency detector. */
export interface ConcurrencyParameters {
  readonly mode: ConcurrencyMode;
  /** Requests in flight at which an endpoint is full. */
  readonly maxConcurrency: number;
  /** Tokens in flight at which an endpoint is full. */
  readonly maxTokenConcurrency: number;
  /** Share above capacity that the filter allows. */
  readonly headroom: number;
}

/** Defaults of llm-d router v0.10. */
export const CONCURRENCY_DEFAULTS: ConcurrencyParameters = {
  mode: 'requests',
  maxConcurrency: 100,
  maxTokenConcurrency: 1_000_000,
  headroom: 0,
};

/** Ten dispatch ticks: the counters fall with the end of the stream itself, µs (upstream's constant). */
const CONCURRENCY_GRACE_US = 10_000;

/**
 * In requests and tokens mode: total in flight / total capacity. In hybrid mode: average over endpoints of
 * the larger of both ratios. Example: 30 and 10 requests in flight, capacity 40 each: 40 / 80 = 0.5.
 */
export function concurrencyDetector(
  inFlight: InFlightLoad,
  parameters: ConcurrencyParameters,
): EndpointDetector {
  const { mode, maxConcurrency, maxTokenConcurrency, headroom } = parameters;
  const requestLimit = Math.trunc(maxConcurrency * (1 + headroom));
  const tokenLimit = Math.trunc(maxTokenConcurrency * (1 + headroom));
  return {
    failsOpen: false,
    reclaimGraceUs: CONCURRENCY_GRACE_US,
    saturation(rows, count) {
      if (count === 0) return 1;
      let sum = 0;
      for (let index = 0; index < count; index++) {
        const row = rows[index]!;
        const byRequests = (inFlight.requests[row] ?? 0) / maxConcurrency;
        const byTokens = (inFlight.tokens[row] ?? 0) / maxTokenConcurrency;
        if (mode === 'requests') sum += byRequests;
        else if (mode === 'tokens') sum += byTokens;
        else sum += Math.max(byRequests, byTokens);
      }
      return sum / count;
    },
    hasRoom(row) {
      const requestsFit = (inFlight.requests[row] ?? 0) < requestLimit;
      const tokensFit = (inFlight.tokens[row] ?? 0) < tokenLimit;
      if (mode === 'requests') return requestsFit;
      return mode === 'tokens' ? tokensFit : requestsFit && tokensFit;
    },
  };
}
