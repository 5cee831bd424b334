/**
 * Recent latencies by pool, for scaling rules that aim at a latency. Samples older than the longest window of any rule are
 * dropped when a rule looks, so memory is bounded by what arrives in a window.
 */
import type { SimRequest } from '../workload/request.ts';

/** Latencies that a rule can aim at. */
export type WatchedLatency = 'ttft' | 'tpot';

interface Samples {
  atUs: number[];
  valueUs: number[];
}

/** Samples of the pools of one run. Values in µs. */
export class LatencyWatch {
  readonly #byPool = new Map<number, Record<WatchedLatency, Samples>>();
  readonly #windowUs: number;

  /** Keeps samples of `windowUs` for the pools named. */
  constructor(pools: readonly number[], windowUs: number) {
    this.#windowUs = windowUs;
    for (const pool of pools) {
      this.#byPool.set(pool, { ttft: { atUs: [], valueUs: [] }, tpot: { atUs: [], valueUs: [] } });
    }
  }

  /** First token of a request that these pools (-1: none) serve. */
  firstToken(request: SimRequest, pools: readonly number[], nowUs: number): void {
    this.#add('ttft', pools, nowUs - request.request.arrivalUs, nowUs);
  }

  /** Last token. Answers of one token have no time per output token. */
  finished(request: SimRequest, pools: readonly number[], nowUs: number): void {
    if (request.outputTokens < 2) return;
    const spanUs = nowUs - request.course.firstTokenUs;
    this.#add('tpot', pools, spanUs / (request.outputTokens - 1), nowUs);
  }

  /** 95th percentile (nearest rank) of the last `windowUs`, `others` counted in; null without a sample. */
  p95(
    pool: number,
    latency: WatchedLatency,
    others: readonly number[],
    windowUs: number,
    nowUs: number,
  ): number | null {
    const samples = this.#byPool.get(pool)![latency];
    dropBefore(samples, nowUs - this.#windowUs);
    const first = samples.atUs.findIndex((atUs) => atUs > nowUs - windowUs);
    const values = [...(first < 0 ? [] : samples.valueUs.slice(first)), ...others].sort((a, b) => a - b);
    return values.length === 0 ? null : values[Math.ceil(values.length * 0.95) - 1]!;
  }

  #add(latency: WatchedLatency, pools: readonly number[], valueUs: number, nowUs: number): void {
    for (const pool of pools) {
      const samples = this.#byPool.get(pool)?.[latency];
      samples?.atUs.push(nowUs);
      samples?.valueUs.push(valueUs);
    }
  }
}

function dropBefore(samples: Samples, untilUs: number): void {
  const keep = samples.atUs.findIndex((atUs) => atUs > untilUs);
  const drop = keep < 0 ? samples.atUs.length : keep;
  if (drop === 0) return;
  samples.atUs.splice(0, drop);
  samples.valueUs.splice(0, drop);
}
