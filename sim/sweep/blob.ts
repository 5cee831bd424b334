/**
 * What a sweep leaves behind, cell by cell: plain JSON, small (figures, no distributions), the same whoever ran the cell.
 *
 * A blob holds the results of one shard, with the sweep itself, so that shards can be put together without the document:
 * equal `engineDigest` and `documentHash` are asked for, every cell must be there once, and the report of the joined
 * results (`sweepReport`) is that of the unsharded run to the last byte. Nothing in it depends on wall time, on the number
 * of workers or on the order in which cells ended.
 */
import { Fnv1a64 } from '../../src/core/fnv1a64.ts';
import { FIGURES, figureValue } from '../metrics/figures.ts';
import type { Report } from '../metrics/report.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import type { Curve, CurvePoint } from './curve.ts';
import { cellsOf, DEFAULT_NAME, type SweepCell } from './grid.ts';
import type { Sweep } from './schema.ts';

/** One run of a cell. */
export interface SweepPoint extends CurvePoint {
  /** Fingerprint of the run. */
  readonly fingerprint: string;
  /** Figures of the report by path; those that the run did not have are left out. */
  readonly figures: Readonly<Record<string, number>>;
  /** The SLO's own figures by path, in the order of its limits. */
  readonly checks: readonly {
    readonly metric: string;
    readonly limit: number;
    readonly value: number | null;
  }[];
}

/** What came of a cell. */
export type CellResult =
  | { readonly cell: number; readonly status: 'done'; readonly curve: Curve<SweepPoint> }
  /** It cannot be run as it is: the model does not fit, the engine lacks the feature. */
  | { readonly cell: number; readonly status: 'invalid'; readonly reason: string };

/** The results of a shard. */
export interface SweepBlob {
  readonly kind: 'drydock-sweep-blob';
  readonly schemaVersion: 1;
  readonly engineDigest: string;
  readonly sweep: Sweep;
  /** FNV-1a-64 of the sweep's JSON. */
  readonly documentHash: string;
  /** Cells of the whole sweep. */
  readonly cells: number;
  readonly shard: Shard;
  /** By cell, ascending. */
  readonly results: readonly CellResult[];
}

/** Part `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The cells of a shard, in order. */
export function shardCells(sweep: Sweep, { index, count }: Shard): SweepCell[] {
  return cellsOf(sweep).filter((cell) => cell.index % count === index - 1);
}

/** The blob of a shard. `results`: of its cells, in any order. */
export function sweepBlob(sweep: Sweep, shard: Shard, results: readonly CellResult[]): SweepBlob {
  return {
    kind: 'drydock-sweep-blob',
    schemaVersion: 1,
    engineDigest: ENGINE_DIGEST,
    sweep,
    documentHash: documentHash(sweep),
    cells: cellsOf(sweep).length,
    shard,
    results: results.toSorted((a, b) => a.cell - b.cell),
  };
}

/** Hash of the sweep as it is run. */
export function documentHash(sweep: Sweep): string {
  const hash = new Fnv1a64();
  for (const character of JSON.stringify(sweep)) {
    const code = character.codePointAt(0)!;
    for (let shift = 0; shift < 24; shift += 8) hash.byte((code >>> shift) & 0xff);
  }
  const words = new Uint32Array(2);
  hash.write(words, 0);
  return [words[1]!, words[0]!].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** The point that a run's report gives. */
export function sweepPoint(load: number, report: Report): SweepPoint {
  const figures: Record<string, number> = {};
  for (const { path } of FIGURES) {
    const value = figureValue(report, path);
    if (value !== null) figures[path] = value;
  }
  return {
    load,
    meets: report.slo.verdict === 'none' ? null : report.slo.verdict === 'meets',
    outputTokensPerS: report.throughput.outputTokensPerS,
    fingerprint: report.fingerprint,
    figures,
    checks: report.slo.checks.map(({ metric, limit, value }) => ({ metric, limit, value })),
  };
}

/** Name of a sweep in reports. */
export function sweepName(sweep: Sweep): string {
  return sweep.name ?? DEFAULT_NAME;
}
