/**
 * Requests that a reader has picked by a range of a latency: what the views of a recorded run are narrowed to. The range is
 * part of the address, so that a link shows the same requests.
 */
import type { Recording } from '../../sim/inspect/recording.ts';
import { ENDINGS } from '../../sim/inspect/recording.ts';
import { PHASES } from '../../sim/metrics/phases.ts';
import type { QuantileCurve } from '../../sim/worker/api.ts';
import { countText, timeTickText } from '../format.ts';
import type { Cohort, CohortMetric } from '../state/view-store.ts';
import { momentAt } from './moments.ts';

/** What each latency is called, and the figure of reports that limits are set on. */
export const COHORT_METRICS: Readonly<
  Record<CohortMetric, { readonly name: string; readonly path: string }>
> = {
  ttft: { name: 'TTFT', path: 'ttftMs' },
  tpot: { name: 'TPOT', path: 'tpotMs' },
  e2e: { name: 'E2E', path: 'e2eMs' },
};

const COMPLETED = ENDINGS.indexOf('completed');
const PHASE_COUNT = PHASES.length;
const DECODE = PHASES.indexOf('decode');
const TRANSFER = PHASES.indexOf('transfer');

/** Points of a curve, and rows that are sorted for one at most: a million would hold the page up. */
const CURVE_POINTS = 400;
const MOST_SORTED = 100_000;

/** A latency of a request, ms; null where it did not complete, or has but one token and so no gap. */
export function latencyMs({ requests }: Recording, row: number, metric: CohortMetric): number | null {
  if (requests.ending[row] !== COMPLETED) return null;
  const { phaseUs, outputTokens } = requests;
  const decodeUs = phaseUs[row * PHASE_COUNT + DECODE]!;
  if (metric === 'tpot') return outputTokens[row]! < 2 ? null : decodeUs / 1e3 / (outputTokens[row]! - 1);
  let us = metric === 'e2e' ? decodeUs : 0;
  for (let phase = 0; phase < DECODE; phase += 1) us += phaseUs[row * PHASE_COUNT + phase]!;
  return us / 1e3;
}

/** The distribution of a latency; of very many requests that of an even sample. */
export function latencyCurve(recording: Recording, metric: CohortMetric): QuantileCurve {
  const { count } = recording.requests;
  const stride = Math.max(1, Math.ceil(count / MOST_SORTED));
  const values = new Float64Array(Math.ceil(count / stride));
  let length = 0;
  for (let row = 0; row < count; row += stride) {
    const ms = latencyMs(recording, row, metric);
    if (ms !== null) values[length++] = ms;
  }
  const sorted = values.subarray(0, length).sort();
  const points = Math.min(CURVE_POINTS, length);
  const ms = Float64Array.from(
    { length: points },
    (_, i) => sorted[Math.floor(((i + 0.5) / points) * length)]!,
  );
  return { ms, n: length * stride };
}

/** Requests between two percentiles of TTFT. */
export interface TtftBand {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The cohorts that waits are explained by. */
export const TTFT_BANDS: readonly TtftBand[] = [
  { name: 'p0\u2013p50', from: 0, to: 0.5 },
  { name: 'p50\u2013p90', from: 0.5, to: 0.9 },
  { name: 'p90\u2013p99', from: 0.9, to: 0.99 },
  { name: 'p99\u2013p100', from: 0.99, to: 1 },
];

/** The range of TTFT that a band has in a recording; null where nothing completed. */
export function ttftBand(recording: Recording, { from, to }: TtftBand): Cohort | null {
  // Slowest first; those that did not complete have no TTFT.
  const rows = recording.bySlowness.filter((row) => recording.requests.ending[row] === COMPLETED);
  if (rows.length === 0) return null;
  const at = (quantile: number): number => {
    const rank = Math.min(rows.length - 1, Math.floor(quantile * rows.length));
    return latencyMs(recording, rows[rows.length - 1 - rank]!, 'ttft')!;
  };
  // Outwards, so that rounding leaves nobody out.
  return { metric: 'ttft', fromMs: Math.floor(at(from) * 10) / 10, toMs: Math.ceil(at(to) * 10) / 10 };
}

/** The chosen requests of a recording. */
export interface ChosenRequests {
  /** By row: 1 where it is one of them. */
  readonly isIn: Uint8Array;
  readonly count: number;
}

export function chosenRequests(recording: Recording, cohort: Cohort): ChosenRequests {
  const isIn = new Uint8Array(recording.requests.count);
  let count = 0;
  for (let row = 0; row < isIn.length; row += 1) {
    const ms = latencyMs(recording, row, cohort.metric);
    if (ms === null || ms < cohort.fromMs || ms > cohort.toMs) continue;
    isIn[row] = 1;
    count += 1;
  }
  return { isIn, count };
}

/** `TTFT 400 ms to 900 ms, 120 of 300 requests`. */
export function cohortText({ metric, fromMs, toMs }: Cohort, count: number, of: number): string {
  const range = `${timeTickText(fromMs)} to ${timeTickText(toMs)}`;
  return `${COHORT_METRICS[metric].name} ${range}, ${countText(count)} of ${countText(of)} requests`;
}

/**
 * Cells of the moments, `cells[m * instances + i]`, that count requests of the cohort at an instance: at the one that prefills
 * until KV moves, then at the one that answers.
 */
export function cohortCells({ requests, moments }: Recording, { isIn }: ChosenRequests): Uint32Array {
  const { instances } = moments;
  const count = moments.atUs.length;
  // Ones where a stay begins, minus ones after its end; their running sum is how many are there.
  const steps = new Int32Array((count + 1) * instances);
  const stay = (instance: number, fromUs: number, toUs: number): void => {
    if (instance < 0) return;
    steps[momentAt(moments, fromUs) * instances + instance]! += 1;
    steps[(momentAt(moments, toUs) + 1) * instances + instance]! -= 1;
  };
  for (let row = 0; row < isIn.length; row += 1) {
    if (isIn[row] === 0) continue;
    const arrivalUs = requests.arrivalUs[row]!;
    const endUs = requests.endUs[row]!;
    const prefill = requests.prefillEndpoint[row]!;
    let handedUs = arrivalUs;
    if (prefill >= 0)
      for (let phase = 0; phase < TRANSFER; phase += 1)
        handedUs += requests.phaseUs[row * PHASE_COUNT + phase]!;
    stay(prefill, arrivalUs, handedUs);
    stay(requests.endpoint[row]!, handedUs, endUs);
  }
  const cells = new Uint32Array(count * instances);
  for (let cell = 0; cell < cells.length; cell += 1)
    cells[cell] = (cell < instances ? 0 : cells[cell - instances]!) + steps[cell]!;
  return cells;
}
