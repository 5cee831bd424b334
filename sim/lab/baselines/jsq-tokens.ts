/** Join the shortest queue, measured in prompt tokens in flight that are not cached, this request's own included. */
import { type Baseline, singleProfile } from './baseline.ts';

export const jsqTokens: Baseline = {
  name: 'jsq-tokens',
  summary: 'fewest tokens in flight, this request included',
  source:
    'Winston, Optimality of the Shortest Line Discipline, J. Appl. Prob. 14(1), 1977; in tokens as llm-d token-load-scorer',
  config: singleProfile({ type: 'token-load-scorer', weight: 1 }, { type: 'max-score-picker' }),
  plugins: [],
};
