/** One benchmark result: printed as one JSON object a line. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly [detail: string]: string | number;
}

export type Print = (result: BenchResult) => void;

/** Wall time of `work` in ms. */
export function timedMs(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Median of `runs` timings in ms. */
export function medianMs(runs: number, work: () => void): number {
  const times = Array.from({ length: runs }, () => timedMs(work)).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)]!;
}
