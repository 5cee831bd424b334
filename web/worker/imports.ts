/** What a file of another tool says: a chunk of the worker that is loaded when one is dropped. */
import { importText } from '../../sim/import/importers.ts';
import { mappedFacts } from '../../sim/import/table/describe.ts';
import { guessedMapping } from '../../sim/import/table/guess.ts';
import { type ColumnMapping, type MappedTable, mappedTable } from '../../sim/import/table/mapping.ts';
import { type Table, tableOf } from '../../sim/import/table/table.ts';
import type { PoolSpec, RouterSpec, WorkloadSpec } from '../../sim/scenario/schema.ts';
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import { parquetText } from './parquet.ts';

export type ReadFile =
  | {
      readonly status: 'done';
      readonly facts: readonly string[];
      /** What was not understood; rows that cannot be read have their line numbers. */
      readonly notes: readonly string[];
      readonly workload: WorkloadSpec | null;
      readonly pools: readonly PoolSpec[];
      readonly router: RouterSpec | null;
      readonly model: string | null;
    }
  /** A table whose columns its owner can name, and what they probably are. */
  | { readonly status: 'table'; readonly own: OwnTable }
  | { readonly status: 'refused'; readonly problems: readonly ConfigProblem[] };

export interface OwnTable {
  readonly text: string;
  readonly table: Table;
  readonly guess: ColumnMapping;
  /** Rows of Parquet have no lines; those of its text have a header before them. */
  readonly rowWord: 'line' | 'row';
  /** Columns of the file that could not be read, with the reason. */
  readonly leftOut: readonly string[];
}

export interface MappedFile extends MappedTable {
  readonly facts: readonly string[];
}

/** A table of the user's own as a trace. */
export function mapColumns(text: string, table: Table, mapping: ColumnMapping): MappedFile {
  const mapped = mappedTable(text, table, mapping);
  return { ...mapped, facts: mappedFacts(mapped.text) };
}

export async function readFile(name: string, content: string | Uint8Array, gpu: string): Promise<ReadFile> {
  try {
    if (typeof content !== 'string') return await readParquet(name, content);
    const { facts, notes, workload, pools, router, model } = importText(
      content,
      { path: name, gpu },
      undefined,
    );
    return {
      status: 'done',
      facts: facts ?? [],
      notes,
      workload: workload ?? null,
      pools,
      router: router ?? null,
      model: model?.name ?? null,
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const table = typeof content === 'string' ? tableOf(content) : null;
    if (table === null) return { status: 'refused', problems: error.problems };
    return { status: 'table', own: ownTable(content as string, table, 'line') };
  }
}

async function readParquet(name: string, bytes: Uint8Array): Promise<ReadFile> {
  const { text, leftOut } = await parquetText(name, bytes);
  const table = tableOf(text);
  if (table === null) {
    const found = [text.split('\n', 1)[0]!, ...leftOut].join('; ');
    throw new ConfigError({ file: name, path: '', found, expected: 'rows with three columns or more' });
  }
  return { status: 'table', own: { ...ownTable(text, table, 'row'), leftOut } };
}

function ownTable(text: string, table: Table, rowWord: OwnTable['rowWord']): OwnTable {
  return { text, table, guess: guessedMapping(table), rowWord, leftOut: [] };
}
