/** What a file of another tool says: a chunk of the worker that is loaded when one is dropped. */
import { importText } from '../../sim/import/importers.ts';
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
  | { readonly status: 'refused'; readonly problems: readonly ConfigProblem[] };

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
    if (error instanceof ConfigError) return { status: 'refused', problems: error.problems };
    throw error;
  }
}
