/** The router's default, with engines that serve the shortest predicted job first. */
import type { Baseline } from './baseline.ts';

export const sjfPredicted: Baseline = {
  name: 'sjf-predicted',
  summary:
    "the router's default; engines take the shortest predicted job first (log-normal error, sigma 0.5)",
  source:
    'H. Qiu et al., Efficient Interactive LLM Serving with Proxy Model-based Sequence Length Prediction, 2024 (SSJF)',
  config: null,
  plugins: [],
  schedulingPolicy: { type: 'sjf-predicted' },
};
