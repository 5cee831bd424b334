/** What the terms of the page mean: in words, as they are computed here, and under which name engines report them. */

export interface Definition {
  readonly meaning: string;
  /** How it is computed here. */
  readonly formula?: string;
  /** The engine's or gateway's name for it. */
  readonly metric?: string;
}

export type TermName = keyof typeof DEFINED;

const DEFINED = {
  TTFT: {
    meaning: 'Time to first token: how long a user waits before an answer begins.',
    formula: 'first output token − arrival at the router',
    metric: 'vllm:time_to_first_token_seconds',
  },
  ITL: {
    meaning: 'Inter-token latency: the gap between two output tokens.',
    formula: 'every gap of every request counted once',
    metric: 'vllm:inter_token_latency_seconds',
  },
  TPOT: {
    meaning: 'Time per output token: a request’s mean gap.',
    formula: '(E2E − TTFT) ÷ (output tokens − 1)',
  },
  E2E: {
    meaning: 'End to end: how long a user waits for the whole answer.',
    formula: 'last output token − arrival at the router',
    metric: 'vllm:e2e_request_latency_seconds',
  },
  p95: { meaning: '95 of 100 observations are at or below it.', formula: 'seeds pooled' },
  'Within SLO': {
    meaning: 'Share of requests that kept every limit of the SLO.',
    formula: 'TTFT and the mean gap (TPOT, for a limit on ITL) held against the limits, request by request',
  },
  Goodput: {
    meaning: 'Requests per second that were within every limit of the SLO.',
    formula: 'requests within SLO ÷ time',
  },
  'P and D': {
    meaning: 'Prefill and decode workers: 2P+6D is two of the first and six of the second.',
    formula: 'a request is prefilled by a P, its KV moves over the link, a D answers',
  },
  TP: {
    meaning: 'Tensor parallelism: GPUs that share every layer of one replica.',
    formula: 'GPUs = replicas × TP',
    metric: '--tensor-parallel-size',
  },
  'Cache hits': {
    meaning: 'Share of prompt tokens whose KV was found and not computed again.',
    formula: 'tokens found ÷ tokens looked up, at first admission',
    metric: 'vllm:prefix_cache_hits_total ÷ vllm:prefix_cache_queries_total',
  },
  KV: {
    meaning: 'Keys and values of the tokens so far: what attention reads, and what fills GPU memory.',
    formula: 'blocks in use ÷ blocks that fit beside weights and activations',
    metric: 'vllm:kv_cache_usage_perc',
  },
  'KV transfer': {
    meaning: 'What it takes to move a prompt’s KV from the worker that prefilled it to the one that answers.',
    formula: 'from when KV is asked for until it is there; other transfers on the link slow it',
  },
  'Chunked prefill': {
    meaning: 'Prompts are computed in pieces, so that answers go on between them.',
    formula: 'a step has so many tokens at most, those of running answers first',
    metric: '--max-num-batched-tokens',
  },
  Knee: {
    meaning: 'The highest load at which a fleet still keeps its SLO.',
    formula: 'searched with the same requests, faster and faster',
  },
  Burstiness: {
    meaning: 'How uneven arrivals are: the coefficient of variation of the gaps between them.',
    formula: 'standard deviation ÷ mean; 1 is Poisson, more comes in bursts',
  },
  '± and [ ]': {
    meaning:
      '95 % Student-t intervals over seeds. They hold the noise of the traffic, not the error of the latency model.',
  },
  Paired: {
    meaning: 'Fleets saw the same requests at the same times; differences are taken seed by seed.',
  },
} satisfies Readonly<Record<string, Definition>>;

export const DEFINITIONS: Readonly<Record<TermName, Definition>> = DEFINED;
