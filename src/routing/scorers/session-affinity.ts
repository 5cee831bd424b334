/** 1 for the endpoint that the session is bound to, 0 for the others. */
import { definePlugin } from '../plugin.ts';
import { parseAffinity, SessionAffinity } from '../session/affinity.ts';

export const sessionAffinityScorer = definePlugin({
  type: 'session-affinity-scorer',
  kinds: ['scorer', 'pre-request', 'response'],
  stability: 'alpha',
  summary: 'prefers the endpoint of the session',
  parse: parseAffinity,
  create(parameters, context) {
    const affinity = new SessionAffinity(parameters, context);
    return {
      scorer: {
        score(cycle, out) {
          const bound = affinity.boundRow(cycle);
          for (let i = 0; i < cycle.count; i++) out[i] = cycle.rows[i] === bound ? 1 : 0;
        },
      },
      hooks: affinity,
      state: () => affinity.state(),
    };
  },
});
