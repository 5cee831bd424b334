/** Any endpoint, all equally likely. */
import { type Baseline, singleProfile } from './baseline.ts';

export const random: Baseline = {
  name: 'random',
  summary: 'any endpoint, all equally likely',
  source:
    'Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, IEEE TPDS 12(10), 2001 (d = 1)',
  config: singleProfile({ type: 'random-picker' }),
  plugins: [],
};
