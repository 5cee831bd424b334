/** Where endpoints are, from pod labels. Source: router specification 3.10. */
import { definePlugin, ignoreParameters } from '../plugin.ts';

export const topologyExtractor = definePlugin({
  type: 'topology-extractor',
  kinds: ['extractor', 'producer'],
  stability: 'alpha',
  summary: 'host, rack, zone and region of endpoints, from labels',
  parse: ignoreParameters,
  produces: (name) => [{ type: 'Topology', producer: name }],
  create(_parameters, { name, table, column }) {
    const topology = column('Topology', name);
    let version = -1;
    return {
      producer: {
        produce() {
          if (version === table.version) return;
          version = table.version;
          for (const row of table.rows) {
            const labels = table.endpoints[row]?.labels ?? {};
            topology.of[row] = {
              host: labels['kubernetes.io/hostname'] ?? '',
              rack: labels['topology.kubernetes.io/rack'] ?? '',
              zone: labels['topology.kubernetes.io/zone'] ?? '',
              region: labels['topology.kubernetes.io/region'] ?? '',
            };
          }
        },
      },
    };
  },
});
