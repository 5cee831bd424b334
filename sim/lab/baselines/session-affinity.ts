/** All turns of a session go to the endpoint of the first one; the first by fewest requests in flight. */
import { type Baseline, singleProfile } from './baseline.ts';

export const sessionAffinity: Baseline = {
  name: 'session-affinity',
  summary: 'sessions stay where they began (x-session-id), new ones go where fewest requests are in flight',
  source: 'llm-d router v0.10, session-affinity-filter (strategy session_id) and active-request-scorer',
  config: singleProfile(
    { type: 'session-affinity-filter', parameters: { strategy: 'session_id' } },
    { type: 'active-request-scorer' },
    { type: 'max-score-picker' },
  ),
  plugins: [],
  isExperimental: true,
};
