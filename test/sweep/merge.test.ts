/** Shards put together: the unsharded bytes, whatever the division and order; what does not belong together is refused. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CellResult, type SweepBlob, shardCells, sweepBlob } from '../../sim/sweep/blob.ts';
import { cellsOf } from '../../sim/sweep/grid.ts';
import { mergeBlobs, type NamedBlob, readBlob } from '../../sim/sweep/merge.ts';
import { parseSweep } from '../../sim/sweep/parse.ts';
import { sweepReport } from '../../sim/sweep/report.ts';
import { localWorker, RunPool } from '../../sim/worker/run-pool.ts';
import { runCell } from '../../sim/worker/sweep-cell.ts';
import { complaint } from '../complaint.ts';
import { scenarioDocument } from '../worker/documents.ts';

const SWEEP = parseSweep({
  name: 'merge',
  seeds: 3,
  scenario: { ...scenarioDocument(40), slo: { ttftMs: { p95: 300 } } },
  axes: [{ path: 'fleet.pools[0].replicas', values: [1, 2, 3] }],
  load: { factors: [0.5, 1], adaptive: false },
});
const CELLS = cellsOf(SWEEP);

const results: CellResult[] = [];
beforeAll(async () => {
  const pool = new RunPool({
    start: localWorker({ nowMs: () => performance.now(), pause: () => Promise.resolve() }),
    size: 1,
  });
  for (const cell of CELLS)
    results.push((await runCell(SWEEP, cell, (specs) => pool.runAll(specs), undefined))!);
});

/** The blobs of n shards, through JSON as files would take them. */
function blobsOf(count: number): NamedBlob[] {
  return Array.from({ length: count }, (_, i) => {
    const cells = shardCells(SWEEP, { index: i + 1, count }).map((cell) => cell.index);
    const own = results.filter((result) => cells.includes(result.cell));
    const text = JSON.stringify(sweepBlob(SWEEP, { index: i + 1, count }, own));
    return { name: `shard-${i + 1}.json`, blob: readBlob(JSON.parse(text), `shard-${i + 1}.json`) };
  });
}

function changed(one: NamedBlob, changes: Partial<SweepBlob>): NamedBlob {
  return { ...one, blob: { ...one.blob, ...changes } };
}

test('any division in any order, shards delivered twice included, gives the unsharded bytes', () => {
  const whole = JSON.stringify(sweepReport(SWEEP, results));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: CELLS.length }).chain((count) =>
        fc.record({
          count: fc.constant(count),
          order: fc.shuffledSubarray(
            Array.from({ length: count }, (_, i) => i),
            { minLength: count },
          ),
          twice: fc.nat(count - 1),
        }),
      ),
      ({ count, order, twice }) => {
        const blobs = blobsOf(count);
        const delivered = [...order.map((i) => blobs[i]!), blobs[twice]!];
        const merged = mergeBlobs(delivered);
        expect(JSON.stringify(sweepReport(merged.sweep, merged.results))).toBe(whole);
      },
    ),
    { numRuns: 30 },
  );
});

describe('refuses', () => {
  test('missing shards, by their numbers', () => {
    const blobs = blobsOf(5);
    expect(complaint(() => mergeBlobs([blobs[0]!, blobs[3]!]))).toBe(
      'shards: found 2 of 5; missing 2/5, 3/5, 5/5, expected a blob of every shard',
    );
  });

  test('blobs of another simulator, by file', () => {
    const [a, b] = blobsOf(2);
    const other = changed(b!, { engineDigest: 'cafe' });
    expect(complaint(() => mergeBlobs([a!, other]))).toContain(
      'shard-2.json: engineDigest: found cafe, expected unbuilt',
    );
    expect(complaint(() => mergeBlobs([a!, b!], 'newer'))).toContain(
      'expected newer, the simulator that merges',
    );
  });

  test('another sweep, another division, other results of the same shard', () => {
    const [a, b] = blobsOf(2);
    expect(complaint(() => mergeBlobs([a!, changed(b!, { documentHash: 'feed' })]))).toContain(
      'documentHash: found feed',
    );
    expect(complaint(() => mergeBlobs([a!, blobsOf(3)[1]!]))).toContain('shard.count: found 3, expected 2');
    const tampered = changed(a!, { results: a!.blob.results.slice(1) });
    expect(complaint(() => mergeBlobs([a!, b!, tampered]))).toContain(
      '1, with other results than shard-1.json',
    );
    expect(complaint(() => mergeBlobs([tampered, b!]))).toContain('8 of 9 cells');
  });

  test('what is no blob, and a blob whose sweep was edited', () => {
    expect(complaint(() => readBlob({ schemaVersion: 1 }, 'x.json'))).toContain('x.json: kind: found null');
    const [{ blob }] = blobsOf(1) as [NamedBlob];
    const broken = { ...blob, results: [{ cell: 0, status: 'done' }] };
    expect(complaint(() => readBlob(broken, 'x.json'))).toContain('a damaged blob');
    const edited = { ...blob, sweep: { ...blob.sweep, name: 'other' } };
    expect(complaint(() => readBlob(edited, 'x.json'))).toContain('which its sweep does not have');
  });
});
