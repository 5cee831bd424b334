/** What a router decided of a request, in terms that the live and the simulated fleet share. */
import type { Dispatch, Rejection } from '../../../src/routing/contract.ts';
import type { EndpointTable } from '../../../src/routing/endpoint.ts';

/** Where a request was sent, or why it was not. */
export type Decision =
  | {
      /** Ids of endpoints in order of preference. */
      readonly endpoints: readonly string[];
      /** Prefill server of a disaggregated request. */
      readonly prefiller: string | null;
    }
  | { readonly refused: string };

export function sentTo(dispatch: Dispatch, table: EndpointTable): Decision {
  const id = (row: number): string => table.endpoints[row]!.id;
  const { rows, prefillRow } = dispatch;
  return { endpoints: rows.map(id), prefiller: prefillRow < 0 ? null : id(prefillRow) };
}

/** As the simulator's records say it. */
export function refused({ status, reason, message }: Rejection): Decision {
  return { refused: `${status} ${reason ?? message}` };
}

/** Whether two decisions have the same instances do the work, whatever the fallbacks. */
export function isSameWork(a: Decision, b: Decision | undefined): boolean {
  if (b === undefined || 'refused' in a || 'refused' in b) return false;
  return a.endpoints[0] === b.endpoints[0] && a.prefiller === b.prefiller;
}
