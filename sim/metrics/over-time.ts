/**
 * How long users waited over the course of a run: requests by the window in which they arrived. It is gathered where it is
 * asked for only, from requests that have ended, so that runs without it pay nothing. Memory is bounded: beyond `MOST` requests
 * every second one is dropped (by number, so that fleets under the same traffic keep the same ones), and so on.
 */

import type { SimRequest } from '../workload/request.ts';
import { RequestTimes } from './request-stats.ts';

/** Most requests that are kept of a run. */
const MOST = 65_536;
/** Most windows, fewest requests that a window should hold on average, and fewest that give a percentile. */
const MOST_WINDOWS = 48;
const USUAL_REQUESTS = 50;
const FEWEST_REQUESTS = 5;

/** One run's requests as columns, in the order in which they ended. */
export interface OverTimeData {
  /** One in so many requests is in the columns. */
  readonly stride: number;
  readonly arrivalUs: Float64Array<ArrayBuffer>;
  /** NaN without a first token. */
  readonly ttftUs: Float64Array<ArrayBuffer>;
  /** Mean time between the request's tokens; NaN where it was not completed or has one token. */
  readonly tpotUs: Float64Array<ArrayBuffer>;
  /** 1: rejected, failed, cancelled or expired. */
  readonly isLost: Uint8Array<ArrayBuffer>;
}

/** Windows of equal width from time 0 on, runs pooled; column i is of the window from `i * windowS`. */
export interface OverTime {
  readonly windowS: number;
  readonly warmupS: number;
  /** Mean over runs. */
  readonly arrivedPerS: readonly number[];
  /** Median and 95th percentile, ms; null where too few requests say it. */
  readonly ttftMs: readonly WindowQuantiles[];
  readonly tpotMs: readonly WindowQuantiles[];
  /** Requests that arrived in the window and were not answered, all runs together. */
  readonly lost: readonly number[];
}

export type WindowQuantiles = { readonly p50: number; readonly p95: number } | null;

/** Gathers the columns of one run. */
export class OverTimeTally {
  #stride = 1;
  #rows: (readonly [arrivalUs: number, ttftUs: number, tpotUs: number, isLost: number, id: number])[] = [];
  readonly #times = new RequestTimes();

  /** Takes in a request that has ended. */
  add(request: SimRequest): void {
    const { id, arrivalUs } = request.request;
    if (id % this.#stride !== 0) return;
    const { ttftUs, tpotUs } = this.#times.of(request);
    const { ending } = request.course;
    const isLost = ending !== 'completed' && ending !== 'inFlight' ? 1 : 0;
    this.#rows.push([arrivalUs, ttftUs, tpotUs, isLost, id]);
    if (this.#rows.length <= MOST) return;
    this.#stride *= 2;
    this.#rows = this.#rows.filter((row) => row[4] % this.#stride === 0);
  }

  data(): OverTimeData {
    const column = (at: 0 | 1 | 2): Float64Array<ArrayBuffer> =>
      Float64Array.from(this.#rows, (row) => row[at]);
    return {
      stride: this.#stride,
      ...{ arrivalUs: column(0), ttftUs: column(1), tpotUs: column(2) },
      isLost: Uint8Array.from(this.#rows, (row) => row[3]),
    };
  }
}

/** The windows of several runs of the same traffic; null where nothing has ended. */
export function overTimeOf(runs: readonly OverTimeData[], warmupUs: number): OverTime | null {
  const kept = runs.reduce((sum, { arrivalUs }) => sum + arrivalUs.length, 0);
  if (kept === 0) return null;
  const lastUs = runs.reduce((last, run) => run.arrivalUs.reduce((a, b) => Math.max(a, b), last), 0);
  const windowS = roundUp(
    Math.max(lastUs / 1e6 / MOST_WINDOWS, ((lastUs / 1e6) * USUAL_REQUESTS) / kept, 1e-3),
  );
  const windows = Array.from({ length: Math.floor(lastUs / 1e6 / windowS) + 1 }, () => ({
    arrived: 0,
    lost: 0,
    ttft: [] as number[],
    tpot: [] as number[],
  }));
  for (const { stride, arrivalUs, ttftUs, tpotUs, isLost } of runs) {
    for (let i = 0; i < arrivalUs.length; i++) {
      const window = windows[Math.floor(arrivalUs[i]! / 1e6 / windowS)]!;
      window.arrived += stride;
      window.lost += isLost[i]! * stride;
      if (!Number.isNaN(ttftUs[i]!)) window.ttft.push(ttftUs[i]! / 1e3);
      if (!Number.isNaN(tpotUs[i]!)) window.tpot.push(tpotUs[i]! / 1e3);
    }
  }
  return {
    windowS,
    warmupS: warmupUs / 1e6,
    arrivedPerS: windows.map(({ arrived }) => arrived / windowS / runs.length),
    ttftMs: windows.map(({ ttft }) => quantilesOf(ttft)),
    tpotMs: windows.map(({ tpot }) => quantilesOf(tpot)),
    lost: windows.map(({ lost }) => lost),
  };
}

/** The smallest values that at least half, and 95 %, are not above. */
function quantilesOf(values: number[]): WindowQuantiles {
  if (values.length < FEWEST_REQUESTS) return null;
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.ceil(share * values.length) - 1]!;
  return { p50: at(0.5), p95: at(0.95) };
}

/** The next of 1, 2, 5, 10, 20 ... and their fractions. */
function roundUp(seconds: number): number {
  const exponent = Math.floor(Math.log10(seconds));
  const step = [1, 2, 5, 10].find((one) => one >= (seconds / 10 ** exponent) * (1 - 1e-9))!;
  return exponent < 0 ? step / 10 ** -exponent : step * 10 ** exponent;
}
