/** Repeats routing decisions: feeds the recorded events to a fresh core of the same configuration and seed. */
import { RoutingCore, type RoutingEvent } from '../../../src/server/routing-core.ts';
import { createStreams } from '../../kernel/streams.ts';

/** Addresses by request number, in order of preference. */
export function repeatDecisions(
  events: readonly RoutingEvent[],
  options: {
    readonly config: unknown;
    readonly seed: number;
    readonly objectives: ReadonlyMap<string, number>;
    readonly allowExperimentalPlugins: boolean;
  },
): ReadonlyMap<number, readonly string[]> {
  const decisions = new Map<number, readonly string[]>();
  const core: RoutingCore = new RoutingCore({
    ...options,
    streams: createStreams(options.seed),
    output: {
      dispatch: (request, dispatch) => {
        const addresses = dispatch.rows.map((row) => core.table.endpoints[row]!.address);
        decisions.set(request.id, addresses);
      },
      reject: () => {},
      evict: () => {},
    },
    refused: () => {},
  });
  for (const event of events) core.apply(event);
  return decisions;
}
