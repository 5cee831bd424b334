/** Repeats routing decisions: feeds the recorded events to a fresh core of the same configuration and seed. */
import type { Dispatch } from '../../../src/routing/contract.ts';
import type { EndpointTable } from '../../../src/routing/endpoint.ts';
import type { PluginDefinition } from '../../../src/routing/plugin.ts';
import { RoutingCore, type RoutingEvent } from '../../../src/server/routing-core.ts';
import { createStreams } from '../../kernel/streams.ts';

/** Where a request was sent. */
export interface Decision {
  /** Endpoints in order of preference. */
  readonly addresses: readonly string[];
  /** Prefill server of a disaggregated request. */
  readonly prefiller: string | null;
}

export function decisionOf(dispatch: Dispatch, table: EndpointTable): Decision {
  const address = (row: number): string => table.endpoints[row]!.address;
  const { rows, prefillRow } = dispatch;
  return { addresses: rows.map(address), prefiller: prefillRow < 0 ? null : address(prefillRow) };
}

/** Decisions by request number. */
export function repeatDecisions(
  events: readonly RoutingEvent[],
  options: {
    readonly config: unknown;
    readonly seed: number;
    readonly allowExperimentalPlugins: boolean;
    readonly extraPlugins?: readonly PluginDefinition[];
  },
): ReadonlyMap<number, Decision> {
  const decisions = new Map<number, Decision>();
  const core: RoutingCore = new RoutingCore({
    ...options,
    streams: createStreams(options.seed),
    output: {
      dispatch: (request, dispatch) => {
        decisions.set(request.id, decisionOf(dispatch, core.table));
      },
      reject: () => {},
      evict: () => {},
    },
    refused: () => {},
  });
  for (const event of events) core.apply(event);
  return decisions;
}
