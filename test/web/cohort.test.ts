/** Cohorts of a recorded run: latencies of hand-worked requests, and where those requests were when. */
import { describe, expect, it } from 'vitest';
import { ENDINGS, type Recording } from '../../sim/inspect/recording.ts';
import { PHASES } from '../../sim/metrics/phases.ts';
import { bandHalfWidth, ninesOf } from '../../web/charts/cdf-data.ts';
import { chosenRequests, cohortCells, latencyCurve, latencyMs, ttftBand } from '../../web/inspect/cohort.ts';
import { viewFromQuery, viewQuery } from '../../web/state/view-store.ts';

/** Times in ms. Row 0 is prefilled by instance 0 and answered by 1; row 1 is served by 1; row 2 never completed. */
const ROWS = [
  { arrival: 0, prefill: 30, transfer: 10, decode: 60, output: 4, by: [0, 1], ending: 'completed' },
  { arrival: 50, prefill: 20, transfer: 0, decode: 0, output: 1, by: [-1, 1], ending: 'completed' },
  { arrival: 60, prefill: 5, transfer: 0, decode: 0, output: 0, by: [-1, 0], ending: 'failed' },
] as const;
const phases = ROWS.flatMap((row) =>
  PHASES.map((phase) => ((row as unknown as Record<string, number>)[phase] ?? 0) * 1e3),
);
const recording = {
  requests: {
    count: ROWS.length,
    arrivalUs: Float64Array.from(ROWS, ({ arrival }) => arrival * 1e3),
    endUs: Float64Array.from(ROWS, (row) => (row.arrival + row.prefill + row.transfer + row.decode) * 1e3),
    phaseUs: Float32Array.from(phases),
    outputTokens: Uint32Array.from(ROWS, ({ output }) => output),
    prefillEndpoint: Int32Array.from(ROWS, ({ by }) => by[0]),
    endpoint: Int32Array.from(ROWS, ({ by }) => by[1]),
    ending: Uint8Array.from(ROWS, ({ ending }) => ENDINGS.indexOf(ending)),
  },
  // Intervals that end at 25, 50, 75 and 100 ms.
  bySlowness: Uint32Array.of(0, 1, 2),
  moments: { atUs: Float64Array.of(25e3, 50e3, 75e3, 100e3), instances: 2 },
} as unknown as Recording;

describe('latencies of requests', () => {
  it('are sums of phases; a request that did not complete has none, one of a single token no TPOT', () => {
    expect(ROWS.map((_, row) => latencyMs(recording, row, 'ttft'))).toEqual([40, 20, null]);
    expect(ROWS.map((_, row) => latencyMs(recording, row, 'e2e'))).toEqual([100, 20, null]);
    expect(ROWS.map((_, row) => latencyMs(recording, row, 'tpot'))).toEqual([20, null, null]);
    expect([...latencyCurve(recording, 'ttft').ms]).toEqual([20, 40]);
  });
});

describe('a cohort', () => {
  it('holds both ends of its range, and is found where its requests were', () => {
    const chosen = chosenRequests(recording, { metric: 'ttft', fromMs: 40, toMs: 90 });
    expect([...chosen.isIn]).toEqual([1, 0, 0]);
    // Prefill at instance 0 until 30 ms: intervals 0 and 1; then instance 1 until 100 ms: intervals 1 to 3.
    expect([...cohortCells(recording, chosen)]).toEqual([1, 0, 1, 1, 0, 1, 0, 1]);
    expect(chosenRequests(recording, { metric: 'ttft', fromMs: 0, toMs: 1000 }).count).toBe(2);
  });

  it('of a band of percentiles has the waits of its ends, those that never completed apart', () => {
    expect(ttftBand(recording, { name: '', from: 0, to: 0.5 })).toEqual({
      metric: 'ttft',
      fromMs: 20,
      toMs: 40,
    });
    expect(ttftBand(recording, { name: '', from: 0.99, to: 1 })).toMatchObject({ fromMs: 40, toMs: 40 });
  });

  it('comes back out of the address that it is written into; nonsense does not', () => {
    const view = viewFromQuery(new URLSearchParams('f=B&c=e2e,12.5,900&y=nines&band=1'));
    expect(view).toMatchObject({
      ...{ fleet: 1, isNines: true, hasBand: true },
      cohort: { metric: 'e2e', fromMs: 12.5, toMs: 900 },
    });
    expect(viewQuery('inspect', { ...view, isYaml: false })).toBe('&f=B&c=e2e,12.5,900&y=nines&band=1');
    for (const bad of ['', 'ttft', 'ttft,9,1', 'ttft,-1,4', 'wait,1,2', 'ttft,1,Infinity', 'ttft,1,2,3'])
      expect(viewFromQuery(new URLSearchParams({ c: bad })).cohort).toBeNull();
  });
});

describe('the axis and bands of distributions', () => {
  it('give each nine the same room, up to three', () => {
    expect([0, 0.9, 0.99, 0.999, 1].map(ninesOf).map((nines) => Number(nines.toFixed(9)))).toEqual([
      0, 1, 2, 3, 3,
    ]);
  });

  it('have the half-width of Dvoretzky, Kiefer and Wolfowitz: 1.358 over the root of n', () => {
    expect(bandHalfWidth(1000) * Math.sqrt(1000)).toBeCloseTo(1.3581, 4);
    expect(bandHalfWidth(0)).toBe(1);
  });
});
