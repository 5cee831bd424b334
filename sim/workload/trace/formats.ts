/** The list of trace formats: one import and one line each. */
import type { TraceSpec } from '../../scenario/schema.ts';
import { azureReader } from './azure.ts';
import { burstGptReader } from './burstgpt.ts';
import { drydockReader } from './drydock.ts';
import { MOONCAKE_BLOCK_TOKENS, mooncakeReader } from './mooncake.ts';
import type { RowReader } from './row.ts';

/** How the files of one format are read. */
export interface TraceFormat {
  readonly open: () => RowReader;
  /** Tokens per entry of `TraceRow.blocks`; 0 for formats without them. */
  readonly blockTokens: number;
  /** Rows may name a request class. */
  readonly hasClasses: boolean;
}

/** Formats by the name that a scenario gives them. */
export const TRACE_FORMATS: Readonly<Record<TraceSpec['format'], TraceFormat>> = {
  mooncake: { open: mooncakeReader, blockTokens: MOONCAKE_BLOCK_TOKENS, hasClasses: false },
  azure: { open: azureReader, blockTokens: 0, hasClasses: false },
  burstgpt: { open: burstGptReader, blockTokens: 0, hasClasses: false },
  drydock: { open: drydockReader, blockTokens: 0, hasClasses: true },
};
