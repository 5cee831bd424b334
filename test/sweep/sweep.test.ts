/** Sweeps: cells in a fixed order, knees and peaks of curves that are known, shards that add up to the whole. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type CellResult, shardCells, sweepBlob } from '../../sim/sweep/blob.ts';
import { type Curve, type CurvePoint, traceCurve } from '../../sim/sweep/curve.ts';
import { cellsOf } from '../../sim/sweep/grid.ts';
import { parseSweep } from '../../sim/sweep/parse.ts';
import { sweepReport } from '../../sim/sweep/report.ts';
import type { LoadAxisSpec, Sweep } from '../../sim/sweep/schema.ts';
import { localWorker, RunPool } from '../../sim/worker/run-pool.ts';
import { runCell } from '../../sim/worker/sweep-cell.ts';
import { ConfigError } from '../../src/core/check.ts';
import { scenarioDocument } from '../worker/documents.ts';

function sweep(changes: Record<string, unknown> = {}): Sweep {
  return parseSweep({
    name: 'test',
    seed: 1,
    seeds: 2,
    scenario: { ...scenarioDocument(60), slo: { ttftMs: { p95: 300 } } },
    axes: [
      { path: 'fleet.pools[0].replicas', values: [1, 2] },
      {
        name: 'budget',
        points: [
          { name: 'small', set: { 'fleet.pools[0].engine.args': { max_num_batched_tokens: 1024 } } },
          { name: 'large', set: { 'fleet.pools[0].engine.args': { max_num_batched_tokens: 8192 } } },
        ],
      },
    ],
    ...changes,
  });
}

/** The curve of a fleet that keeps its SLO up to `knee` and gains throughput up to `peak`. */
function curveOf(knee: number, peak: number, axis: LoadAxisSpec): Curve<CurvePoint> {
  const trace = traceCurve<CurvePoint>(axis);
  const point = (load: number): CurvePoint => ({
    load,
    meets: load <= knee,
    outputTokensPerS: 100 * Math.min(load, peak),
  });
  let step = trace.next();
  while (step.done !== true) step = trace.next(step.value.map(point));
  return step.value;
}

async function resultsOf(of: Sweep, cells = cellsOf(of)): Promise<CellResult[]> {
  const pool = new RunPool({
    start: localWorker({ nowMs: () => performance.now(), pause: () => Promise.resolve() }),
    size: 1,
  });
  const results = [];
  for (const cell of cells)
    results.push((await runCell(of, cell, (specs) => pool.runAll(specs), undefined))!);
  return results;
}

describe('cells', () => {
  it('are all combinations with all seeds: seeds outermost, the last axis fastest', () => {
    const cells = cellsOf(sweep());
    expect(cells.map(({ variant, seed }) => `${variant.labels.join(' ')} ${seed}`)).toEqual([
      ...['1 small 1', '1 large 1', '2 small 1', '2 large 1'],
      ...['1 small 2', '1 large 2', '2 small 2', '2 large 2'],
    ]);
    expect(cells.map((cell) => cell.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(cells[3]!.variant.scenario.fleet.pools[0]).toMatchObject({
      replicas: 2,
      engine: { args: { max_num_batched_tokens: 8192 } },
    });
  });

  it('are each in one of n shards', () => {
    const document = sweep();
    const parts = [1, 2, 3].flatMap((index) => shardCells(document, { index, count: 3 }));
    expect(parts.map((cell) => cell.index).toSorted((a, b) => a - b)).toEqual(
      cellsOf(document).map((cell) => cell.index),
    );
  });
});

describe('the load curve', () => {
  it('finds a known knee to within its width, and never calls a load within the SLO that is not', () => {
    const anyLoad = fc.double({ min: 0.1, max: 40, noNaN: true });
    fc.assert(
      fc.property(anyLoad, anyLoad, fc.double({ min: 0.02, max: 0.5, noNaN: true }), (at, peak, width) => {
        const { knee } = curveOf(at, peak, { width });
        expect(knee!.load).toBeLessThanOrEqual(at);
        expect(knee!.above!).toBeGreaterThan(at);
        expect(knee!.above! / knee!.load).toBeLessThanOrEqual(1 + width + 1e-12);
      }),
      { numRuns: 200 },
    );
  });

  it('finds knee and peak as two points, whichever comes first', () => {
    const early = curveOf(3, 20, {});
    expect(early.knee!.load).toBeLessThanOrEqual(3);
    expect(early.peak.load).toBeGreaterThan(15);
    expect(early.peak.load).toBeLessThan(26);
    const late = curveOf(20, 3, {});
    expect(late.knee!.load).toBeGreaterThan(19);
    expect(late.peak.load).toBeLessThan(4);
    expect(late.peak.isRising).toBe(false);
  });

  it('says where the highest load tried was not enough, and where the lowest was too much', () => {
    expect(curveOf(100, 100, { most: 8 })).toMatchObject({
      knee: { load: 8, above: null },
      peak: { isRising: true },
    });
    expect(curveOf(0.01, 1, { least: 0.5 }).knee).toEqual({ load: 0, above: 0.5 });
  });

  it('keeps to the listed loads where it is not adaptive', () => {
    expect(curveOf(3, 5, { factors: [4, 1], adaptive: false }).points.map((one) => one.load)).toEqual([1, 4]);
  });
});

describe('a sweep', () => {
  it('gives the same report whole and put together from shards that went through JSON', async () => {
    const document = sweep({ load: { rps: [4, 8], adaptive: false } });
    const whole = sweepReport(document, await resultsOf(document));
    const blobs = [];
    for (const index of [1, 2]) {
      const shard = { index, count: 2 };
      const results = await resultsOf(document, shardCells(document, shard));
      blobs.push(
        JSON.parse(JSON.stringify(sweepBlob(document, shard, results))) as ReturnType<typeof sweepBlob>,
      );
    }
    const joined = sweepReport(
      parseSweep(blobs[0]!.sweep),
      blobs.toReversed().flatMap((blob) => blob.results),
    );
    expect(JSON.stringify(joined)).toBe(JSON.stringify(whole));
    expect(new Set(blobs.map((blob) => blob.documentHash)).size).toBe(1);
    expect(whole.variants[0]!.status === 'done' && whole.variants[0]!.loads.map((row) => row.seeds)).toEqual([
      2, 2,
    ]);
  });

  it('goes on where one variant cannot be run, and says why', async () => {
    const document = sweep({
      seeds: 1,
      axes: [{ path: 'fleet.pools[0].model', values: ['llama-3.1-8b', 'llama-3.1-405b'] }],
    });
    const { variants } = sweepReport(document, await resultsOf(document));
    expect(variants.map((one) => one.status)).toEqual(['done', 'invalid']);
    expect(variants[1]!.status === 'invalid' && variants[1]!.reason).toContain('fleet.pools[0].model');
  });
});

describe('mistakes', () => {
  const placeOf = (changes: Record<string, unknown>): string[] => {
    try {
      sweep(changes);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map((one) => one.path);
    }
  };

  it('are named by their place in the sweep', () => {
    expect(placeOf({ axes: [{ path: 'fleet.pools.nobody.replicas', values: [1] }] })).toEqual([
      'axes[0].values[0]',
    ]);
    expect(placeOf({ axes: [{ path: 'fleet.pools[0].replicas', values: [1, 0] }] })).toEqual([
      'axes[0].values[1]',
    ]);
    expect(placeOf({ axes: [{ path: 'run.requests', points: [{ name: 'a', set: {} }] }] })).toEqual([
      'axes[0]',
    ]);
    expect(placeOf({ scenario: { workload: {} } })[0]).toMatch(/^scenario\./);
    expect(placeOf({ load: { factors: [2], most: 1 } })).toEqual(['load.most']);
    expect(placeOf({ load: { factors: [2], rps: [1] } })).toEqual(['load']);
  });
});

describe('shipped sweeps', () => {
  const folder = new URL('../../scenarios/sweeps/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  it('are there, say what they show, and are valid', () => {
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      expect(text.startsWith('# ')).toBe(true);
      const document = parse(text) as Record<string, unknown>;
      const { scenario } = document;
      const own: unknown =
        typeof scenario === 'string'
          ? parse(readFileSync(new URL(scenario, new URL(name, folder)), 'utf8'))
          : scenario;
      expect(cellsOf(parseSweep({ ...document, scenario: own })).length).toBeGreaterThan(1);
    }
  });
});
