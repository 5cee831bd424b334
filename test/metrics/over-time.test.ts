/** Waits over the course of a run: windows of hand-worked columns, and those of a real run against its records. */
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../sim/cluster/simulate.ts';
import { type OverTimeData, OverTimeTally, overTimeOf } from '../../sim/metrics/over-time.ts';
import { comparisonCells } from '../../sim/run/plan-cells.ts';
import { parseComparison } from '../../sim/scenario/parse.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';

function columns(rows: readonly (readonly [arrivalS: number, ttftMs: number, isLost?: 1])[]): OverTimeData {
  return {
    stride: 1,
    arrivalUs: Float64Array.from(rows, ([s]) => s * 1e6),
    ttftUs: Float64Array.from(rows, ([, ms]) => ms * 1e3),
    tpotUs: Float64Array.from(rows, () => Number.NaN),
    isLost: Uint8Array.from(rows, ([, , isLost]) => isLost ?? 0),
  };
}

describe('waits over time', () => {
  it('are the median and the 95th percentile of what arrived in each window, runs pooled', () => {
    // 100 requests in 10 s, waits of 1 .. 50 ms in the first half and 101 .. 150 ms in the second: windows of 5 s.
    const rows = Array.from({ length: 100 }, (_, i) => [i / 10, i < 50 ? i + 1 : i + 51] as const);
    const found = overTimeOf([columns(rows.slice(0, 70)), columns(rows.slice(70))], 2e6)!;
    expect(found.windowS).toBe(5);
    expect(found.warmupS).toBe(2);
    expect(found.ttftMs).toEqual([
      { p50: 25, p95: 48 },
      { p50: 125, p95: 148 },
    ]);
    expect(found.arrivedPerS).toEqual([5, 5]);
  });

  it('say nothing of a percentile where fewer than five were answered, and count what was not', () => {
    const rows = Array.from({ length: 60 }, (_, i) => [
      i / 10,
      i < 56 ? Number.NaN : 3,
      i < 10 ? 1 : undefined,
    ]);
    const found = overTimeOf([columns(rows as [number, number][])], 0)!;
    expect(found.ttftMs.at(-1)).toBeNull();
    expect(found.lost.reduce((sum, lost) => sum + lost, 0)).toBe(10);
    expect(overTimeOf([columns([])], 0)).toBeNull();
  });

  it('of a run hold every request once', () => {
    const [cell] = comparisonCells(parseComparison(documentOf({ ...DEFAULT_SETUP, requests: 400 })));
    const tally = new OverTimeTally();
    const simulation = new Simulation(cell!.scenario, {
      ...{ seed: 1, fastForward: true },
      onRecord: (request) => tally.add(request),
    });
    while (!simulation.advance(4096));
    const { windowS, arrivedPerS } = overTimeOf([tally.data()], 0)!;
    expect(arrivedPerS.reduce((sum, rate) => sum + rate * windowS, 0)).toBeCloseTo(400, 6);
  });
});
