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

/** Shortest of `runs` timings in ms: whatever else the machine does only makes a run longer. */
export function bestMs(runs: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) best = Math.min(best, timedMs(work));
  return best;
}
