/** What a simulated run measured, in the metrics of measured cases. Times in ms. */
import type { SimRequest } from '../workload/request.ts';

/** Requests that ended in one stage, or in the whole run. */
export class Observed {
  readonly ttftMs: number[] = [];
  readonly e2eMs: number[] = [];
  readonly tpotMs: number[] = [];
  outputTokens = 0;
  completed = 0;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = 0;

  /**
   * Takes in a completed request. `hiddenUs` of its front end lie before the clock of the measurement starts;
   * negative: the clock started so much earlier.
   */
  add(request: SimRequest, hiddenUs: number): void {
    const { course, outputTokens } = request;
    const { arrivalUs } = request.request;
    this.ttftMs.push((course.firstTokenUs - arrivalUs - hiddenUs) / 1e3);
    this.e2eMs.push((course.endUs - arrivalUs - hiddenUs) / 1e3);
    if (outputTokens > 1) this.tpotMs.push((course.endUs - course.firstTokenUs) / (outputTokens - 1) / 1e3);
    this.outputTokens += outputTokens;
    this.completed += 1;
    const startUs = Math.min(arrivalUs, arrivalUs + hiddenUs);
    if (startUs < this.#firstUs) this.#firstUs = startUs;
    if (course.endUs > this.#lastUs) this.#lastUs = course.endUs;
  }

  /** From the first arrival to the last end, seconds. */
  get durationS(): number {
    return (this.#lastUs - this.#firstUs) / 1e6;
  }
}

/** A statistic by the name that cases use: mean, or p50, p90, p95, p99 with linear interpolation. */
export function statistic(values: readonly number[], name: string): number | undefined {
  if (values.length === 0) return undefined;
  if (name === 'mean') return values.reduce((sum, v) => sum + v, 0) / values.length;
  const match = /^p(\d{1,2})$/.exec(name);
  if (match === null) return undefined;
  const sorted = Float64Array.from(values).sort();
  const position = (Number(match[1]) / 100) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}
