/**
 * How many tokens each expert of a layer gets. Routing in real text is skewed: expert popularity follows a
 * power law, here with the exponent of the benchmark's traffic generator. Loads decide how many experts'
 * weights are read at all, and how far the busiest expert-parallel rank exceeds the mean.
 */

/**
 * Exponent of expert popularity. The kernel benchmarks used 1.01 and 1.2 and end-to-end rows of vLLM fit 1.2
 * (AIConfigurator; for 8 experts the two are alike).
 */
const EXPERT_POWER_LAW = 1.2;

/** Popularity spans from 1 to this share of the tokens, as in the benchmark's generator. */
const WIDEST_SHARE = 0.8;

/**
 * Expected experts with at least one token, of `experts`, when each of `tokens` picks `perToken` of them;
 * `even`: all alike.
 */
export function activeExperts(tokens: number, perToken: number, experts: number, even = false): number {
  if (even) return experts * (1 - (1 - perToken / experts) ** tokens);
  const popularity = expertPopularity(tokens, experts);
  let active = 0;
  for (const share of popularity) {
    const load = Math.min(tokens, tokens * perToken * share);
    active += 1 - Math.exp(-load);
  }
  return Math.max(active, Math.min(experts, perToken));
}

/**
 * Load of the busiest rank over the mean when experts lie on `ranks` ranks at random: one plus the expected
 * maximum of `ranks` sums of `experts / ranks` popularities. No rebalancing of experts is assumed.
 */
export function rankImbalance(tokens: number, experts: number, ranks: number): number {
  if (ranks <= 1 || experts <= ranks) return 1;
  const popularity = expertPopularity(tokens, experts);
  let squares = 0;
  for (const share of popularity) squares += (share * experts - 1) ** 2;
  const variance = squares / experts;
  const perRank = experts / ranks;
  // Drawing without replacement, as each expert lies on one rank.
  const deviation = Math.sqrt((variance / perRank) * ((experts - perRank) / (experts - 1)));
  return Math.min(ranks, 1 + deviation * expectedMaximum(ranks));
}

/** Shares of the experts in traffic, adding up to 1: quantiles of a bounded Pareto law. */
function expertPopularity(tokens: number, experts: number): number[] {
  const exponent = 1 - EXPERT_POWER_LAW;
  const high = Math.max(1.0001, WIDEST_SHARE * tokens) ** exponent;
  const weights: number[] = [];
  let sum = 0;
  for (let j = 0; j < experts; j++) {
    const weight = (1 + ((j + 0.5) / experts) * (high - 1)) ** (1 / exponent);
    weights.push(weight);
    sum += weight;
  }
  return weights.map((weight) => weight / sum);
}

/** Expected maximum of n standard normal numbers (Blom's approximation of the n-th order statistic). */
function expectedMaximum(n: number): number {
  return normalQuantile((n - 0.375) / (n + 0.25));
}

/** Standard normal quantile for p in [0.5, 1), within 4.5e-4 (Abramowitz and Stegun 26.2.23). */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  const top = 2.515517 + t * (0.802853 + t * 0.010328);
  const bottom = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return Math.max(0, t - top / bottom);
}
