/** Endpoints at least this close to the one that the stage before picked; all when there is none or none is. */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { closeness, LEVELS, type Level, topologyProducerOf } from '../topology/levels.ts';
import { keep } from './keep.ts';

interface Parameters {
  readonly minAffinity: Level;
  readonly producer: string;
}

export const topologyAffinityFilter = definePlugin<Parameters>({
  type: 'topology-affinity-filter',
  kinds: ['filter'],
  stability: 'alpha',
  summary: 'endpoints close to the one of the stage before',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['minAffinity', 'topologyProducerName']);
    return {
      minAffinity: fields.oneOf<Level>('minAffinity', 'host', ['host', 'rack', 'zone', 'region']),
      producer: topologyProducerOf(fields),
    };
  },
  needs: ({ producer }) => ({ required: [{ type: 'Topology', producer }] }),
  create({ minAffinity, producer }, { column }) {
    const topology = column('Topology', producer);
    const least = LEVELS.indexOf(minAffinity);
    return {
      filter: {
        filter(cycle) {
          if (cycle.peerRow < 0) return;
          keep(cycle, (row) => closeness(topology, row, cycle.peerRow) >= least, true);
        },
      },
    };
  },
});
