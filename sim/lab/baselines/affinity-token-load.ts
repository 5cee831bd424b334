/** Stick to the endpoints that hold the prompt unless they are too far behind, then fewest tokens in flight. */
import { type Baseline, singleProfile } from './baseline.ts';

export const affinityTokenLoad: Baseline = {
  name: 'affinity-token-load',
  summary: 'prefix affinity filter (80 %, spill beyond 18 s), then fewest tokens in flight',
  source: 'llm-d router v0.10, prefix-cache-affinity-filter with its defaults and token-load-scorer',
  config: singleProfile(
    { type: 'prefix-cache-affinity-filter' },
    { type: 'token-load-scorer', weight: 1 },
    { type: 'max-score-picker' },
  ),
  plugins: [],
};
