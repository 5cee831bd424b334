/**
 * Shortest job first by predicted output length: the job is what is left to compute, prompt and predicted output. The
 * predictor's error is a parameter; 0 knows the true lengths and is a bound. After H. Qiu et al., "Efficient Interactive LLM
 * Serving with Proxy Model-based Sequence Length Prediction", AIOps 2024 (speculative shortest job first), and Y. Fu et al.,
 * "Efficient LLM Scheduling by Learning to Rank", NeurIPS 2024, without their guards against starvation: `agingPerS` (tokens
 * a second of waiting is worth) stands for these.
 */
import type {
  SchedulingPolicyDefinition,
  UserSchedulingPolicy,
} from '../../../src/plugin-api/engine-policy.ts';
import { userPluginsOf } from '../../../src/plugin-api/plugin-module.ts';

type Parameters = { readonly errorSigma: number; readonly promptWeight: number; readonly agingPerS: number };

const plugin: UserSchedulingPolicy<Parameters> = {
  type: 'sjf-predicted',
  kinds: ['engine-scheduling-policy'],
  summary: 'shortest predicted job first',
  defaults: { errorSigma: 0.5, promptWeight: 0.05, agingPerS: 0 },
  create: ({ errorSigma, promptWeight, agingPerS }) => ({
    rank: (request) =>
      request.predictedOutputTokens(errorSigma) -
      request.generatedTokens +
      promptWeight * request.pendingTokens +
      (agingPerS * request.queuedUs) / 1e6,
  }),
};

export const sjfPredicted: SchedulingPolicyDefinition = userPluginsOf({ plugin }, '').engine[0]!;
