/** Fewest requests in flight by the router's own count. */
import { type Baseline, singleProfile } from './baseline.ts';

export const leastRequests: Baseline = {
  name: 'least-requests',
  summary: 'fewest requests in flight, counted by the router; ties at random',
  source: 'Envoy documentation, load balancers: weighted least request, all hosts compared',
  config: singleProfile({ type: 'active-request-scorer', weight: 1 }, { type: 'max-score-picker' }),
  plugins: [],
};
