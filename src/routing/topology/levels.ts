/** How close two endpoints are. */
import type { TopologyColumn } from '../columns.ts';
import type { Fields } from '../config/fields.ts';

/** Levels of closeness, from none to the same host. */
export const LEVELS = ['none', 'region', 'zone', 'rack', 'host'] as const;
export type Level = (typeof LEVELS)[number];

const TOPOLOGY_PRODUCER = 'topology-extractor';

/** `topologyProducerName`. */
export function topologyProducerOf(fields: Fields): string {
  return fields.string('topologyProducerName', '') || TOPOLOGY_PRODUCER;
}

/** Index in LEVELS of the closest level that both rows share; 0 when unknown. */
export function closeness(topology: TopologyColumn, a: number, b: number): number {
  const one = topology.of[a];
  const other = topology.of[b];
  if (one === undefined || other === undefined) return 0;
  if (one.host !== '' && one.host === other.host) return 4;
  if (one.rack !== '' && one.rack === other.rack) return 3;
  if (one.zone !== '' && one.zone === other.zone) return 2;
  return one.region !== '' && one.region === other.region ? 1 : 0;
}
