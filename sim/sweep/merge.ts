/**
 * Puts the blobs of a sweep's shards together. Every cell must be there once, from one simulator and one document; what is not
 * so is refused with the blob's name, and shards that are missing are named.
 */
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { isMapping } from '../scenario/validate.ts';
import { type CellResult, documentHash, type SweepBlob } from './blob.ts';
import type { Sweep } from './schema.ts';

/** A blob and the name that errors call it by. */
export interface NamedBlob {
  readonly name: string;
  readonly blob: SweepBlob;
}

/** All results of a sweep. */
export interface MergedSweep {
  readonly sweep: Sweep;
  readonly results: readonly CellResult[];
}

/** Shards that an error lists by number; of more only the count is told. */
const LISTED = 20;

/** A blob from parsed JSON. Throws ConfigError when it is none. */
export function readBlob(value: unknown, name: string): SweepBlob {
  if (!isMapping(value) || value['kind'] !== 'drydock-sweep-blob') {
    throw problem(name, 'kind', isMapping(value) ? JSON.stringify(value['kind'] ?? null) : 'no JSON object', {
      expected: '"drydock-sweep-blob": what `drydock sweep --shard i/n` writes',
    });
  }
  const blob = value as unknown as SweepBlob;
  if (blob.schemaVersion !== 1) {
    throw problem(name, 'schemaVersion', JSON.stringify(blob.schemaVersion), { expected: '1' });
  }
  const isWhole =
    isMapping(blob.sweep) &&
    isMapping(blob.shard) &&
    Array.isArray(blob.results) &&
    blob.results.every(isResult);
  if (!isWhole) throw problem(name, '', 'a damaged blob', { expected: 'sweep, shard and results' });
  if (documentHash(blob.sweep) !== blob.documentHash) {
    throw problem(name, 'documentHash', `${blob.documentHash}, which its sweep does not have`, {
      expected: 'a blob as it was written',
    });
  }
  return blob;
}

function isResult(result: unknown): boolean {
  if (!isMapping(result) || !Number.isInteger(result['cell'])) return false;
  if (result['status'] === 'invalid') return typeof result['reason'] === 'string';
  const curve = result['curve'];
  return (
    isMapping(curve) &&
    isMapping(curve['peak']) &&
    Array.isArray(curve['points']) &&
    curve['points'].every((point) => isMapping(point) && isMapping(point['figures']))
  );
}

/** The results of all shards. Throws ConfigError; `ownDigest` is that of the simulator that merges. */
export function mergeBlobs(blobs: readonly NamedBlob[], ownDigest = ENGINE_DIGEST): MergedSweep {
  const first = blobs[0]!;
  checkSame(blobs, 'engineDigest', 'blobs of one simulator');
  checkSame(blobs, 'documentHash', 'blobs of one sweep');
  if (first.blob.engineDigest !== ownDigest) {
    throw problem(first.name, 'engineDigest', first.blob.engineDigest, {
      expected: `${ownDigest}, the simulator that merges: its report would not be that of the runs`,
    });
  }
  const shards = distinctShards(blobs);
  checkComplete(shards, first.blob.shard.count);
  const results = shards.flatMap(({ blob }) => blob.results);
  checkCells(results, first);
  return { sweep: first.blob.sweep, results };
}

function checkSame(
  blobs: readonly NamedBlob[],
  field: 'engineDigest' | 'documentHash',
  expected: string,
): void {
  const first = blobs[0]!;
  const others = blobs.filter(({ blob }) => blob[field] !== first.blob[field]);
  if (others.length === 0) return;
  throw new ConfigError(
    others.map(
      ({ name, blob }): ConfigProblem => ({
        file: name,
        path: field,
        found: blob[field],
        expected: `${first.blob[field]}, as in ${first.name}: ${expected}`,
      }),
    ),
  );
}

/** Blobs by shard; a shard that is there twice with equal results (a job that was retried) counts once. */
function distinctShards(blobs: readonly NamedBlob[]): NamedBlob[] {
  const byIndex = new Map<number, NamedBlob>();
  const { count } = blobs[0]!.blob.shard;
  for (const one of blobs) {
    const { shard, results } = one.blob;
    if (shard.count !== count) {
      throw problem(one.name, 'shard.count', String(shard.count), {
        expected: `${count}, as in ${blobs[0]!.name}: blobs of one division`,
      });
    }
    const before = byIndex.get(shard.index);
    if (before === undefined) byIndex.set(shard.index, one);
    else if (JSON.stringify(before.blob.results) !== JSON.stringify(results)) {
      throw problem(one.name, 'shard.index', `${shard.index}, with other results than ${before.name}`, {
        expected: 'equal results of equal shards',
      });
    }
  }
  return [...byIndex.values()].sort((a, b) => a.blob.shard.index - b.blob.shard.index);
}

function checkComplete(shards: readonly NamedBlob[], count: number): void {
  const there = new Set(shards.map(({ blob }) => blob.shard.index));
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !there.has(index));
  if (missing.length === 0) return;
  const listed = missing.slice(0, LISTED).map((index) => `${index}/${count}`);
  const rest = missing.length > LISTED ? ` and ${missing.length - LISTED} more` : '';
  throw new ConfigError({
    path: 'shards',
    found: `${there.size} of ${count}; missing ${listed.join(', ')}${rest}`,
    expected: 'a blob of every shard',
  });
}

function checkCells(results: readonly CellResult[], first: NamedBlob): void {
  const cells = new Set(results.map((result) => result.cell));
  if (cells.size === first.blob.cells && results.length === first.blob.cells) return;
  throw problem(first.name, 'results', `${cells.size} of ${first.blob.cells} cells`, {
    expected: 'every cell once in the blobs of all shards',
  });
}

function problem(file: string, path: string, found: string, { expected }: { expected: string }): ConfigError {
  return new ConfigError({ file, path, found, expected });
}
