/** What a file of another tool says: a chunk of the worker that is loaded when one is dropped. */
import { importText } from '../../sim/import/importers.ts';
import { mappedFacts } from '../../sim/import/table/describe.ts';
import { guessedMapping } from '../../sim/import/table/guess.ts';
import { type ColumnMapping, type MappedTable, mappedTable } from '../../sim/import/table/mapping.ts';
import { type Table, tableOf } from '../../sim/import/table/table.ts';
import type { PoolSpec, RouterSpec, WorkloadSpec } from '../../sim/scenario/schema.ts';
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';

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
  | {
      readonly status: 'refused';
      readonly problems: readonly ConfigProblem[];
      /** Where it is a table whose columns its owner can name, and what they probably are. */
      readonly table: { readonly table: Table; readonly guess: ColumnMapping } | null;
    };

export interface MappedFile extends MappedTable {
  readonly facts: readonly string[];
}

/** A table of the user's own as a trace. */
export function mapColumns(text: string, table: Table, mapping: ColumnMapping): MappedFile {
  const mapped = mappedTable(text, table, mapping);
  return { ...mapped, facts: mappedFacts(mapped.text) };
}

export function readFile(name: string, text: string, gpu: string): ReadFile {
  try {
    const { facts, notes, workload, pools, router, model } = importText(text, { path: name, gpu }, undefined);
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
    const table = tableOf(text);
    return {
      ...{ status: 'refused', problems: error.problems },
      table: table === null ? null : { table, guess: guessedMapping(table) },
    };
  }
}
