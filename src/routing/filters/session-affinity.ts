/** Only the endpoint that the session is bound to, when it is a candidate; else all. */
import { definePlugin, renamed } from '../plugin.ts';
import { parseAffinity, SessionAffinity } from '../session/affinity.ts';

export const sessionAffinityFilter = definePlugin({
  type: 'session-affinity-filter',
  kinds: ['filter', 'pre-request', 'response'],
  stability: 'alpha',
  summary: 'pins a session to its endpoint',
  parse: parseAffinity,
  create(parameters, context) {
    const affinity = new SessionAffinity(parameters, context);
    return {
      filter: {
        filter(cycle) {
          const row = affinity.boundRow(cycle);
          if (row < 0) return;
          cycle.rows[0] = row;
          cycle.count = 1;
        },
      },
      hooks: affinity,
      state: () => affinity.state(),
    };
  },
});

export const multiclusterSessionAffinityFilter = renamed(
  sessionAffinityFilter,
  'multicluster-session-affinity-filter',
  'alpha',
);
