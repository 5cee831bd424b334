/** Fewest waiting requests by the scraped metric. */
import { type Baseline, singleProfile } from './baseline.ts';

export const leastQueue: Baseline = {
  name: 'least-queue',
  summary: 'fewest waiting requests, as scraped; ties at random',
  source: 'llm-d router, queue-scorer alone with max-score-picker',
  config: singleProfile({ type: 'queue-scorer', weight: 1 }, { type: 'max-score-picker' }),
  plugins: [],
};
