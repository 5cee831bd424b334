/** Longest cached prefix, whatever the load. */
import { type Baseline, singleProfile } from './baseline.ts';

export const prefixOnly: Baseline = {
  name: 'prefix-only',
  summary: 'longest cached prefix, whatever the load; ties at random',
  source: 'llm-d router, prefix-cache-scorer alone with max-score-picker',
  config: singleProfile({ type: 'prefix-cache-scorer', weight: 1 }, { type: 'max-score-picker' }),
  plugins: [],
};
