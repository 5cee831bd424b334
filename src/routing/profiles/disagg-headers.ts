/** Headers that tell the decode-side sidecar who prefills and who encodes. */
import { addressOf } from '../dispatch-builder.ts';
import type { RowPicks } from '../plugin.ts';

export const PREFILL_HEADER = 'x-prefiller-host-port';
export const ENCODE_HEADER = 'x-encoder-hosts-ports';

/** Sets what applies: the prefiller, and all encoders as a comma list. */
export function setStageHeaders(picks: RowPicks, headers: Map<string, string>): void {
  const { prefillRow, encodeRows, table } = picks;
  if (prefillRow >= 0) headers.set(PREFILL_HEADER, addressOf(table, prefillRow));
  if (encodeRows.length > 0)
    headers.set(ENCODE_HEADER, encodeRows.map((row) => addressOf(table, row)).join(','));
}
