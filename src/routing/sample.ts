/** What one scrape of an endpoint read, and how it gets into the table. */
import { assert } from '../core/check.ts';
import type { EndpointTable } from './endpoint.ts';

/** Absent fields keep their last value. */
export interface Sample {
  readonly waiting?: number;
  readonly running?: number;
  /** 0..1 */
  readonly kvUsage?: number;
  readonly blockSizeTokens?: number;
  readonly numBlocks?: number;
  readonly maxActiveModels?: number;
  readonly activeModels?: readonly string[];
  readonly waitingModels?: readonly string[];
}

/** Writes what was read at `nowUs` (µs) of the endpoint `id`, which must be in the table. */
export function writeSample(table: EndpointTable, id: string, sample: Sample, nowUs: number): void {
  const row = table.rowOf(id);
  assert(row >= 0, `scrape of unknown endpoint ${id}`);
  const keep = (column: Float64Array, value: number | undefined): void => {
    if (value !== undefined) column[row] = value;
  };
  keep(table.waiting, sample.waiting);
  keep(table.running, sample.running);
  keep(table.kvUsage, sample.kvUsage);
  keep(table.blockSizeTokens, sample.blockSizeTokens);
  keep(table.numBlocks, sample.numBlocks);
  keep(table.maxActiveModels, sample.maxActiveModels);
  if (sample.activeModels !== undefined) table.activeModels[row] = sample.activeModels;
  if (sample.waitingModels !== undefined) table.waitingModels[row] = sample.waitingModels;
  table.scrapedAtUs[row] = nowUs;
  table.signalsChanged();
}
