/** One line for every term that the page uses, with the name under which engines report it. */

export interface Term {
  readonly term: string;
  readonly meaning: string;
}

export const GLOSSARY: readonly Term[] = [
  {
    term: 'TTFT',
    meaning:
      'Time to first token: from a request’s arrival to its first output token. vllm:time_to_first_token_seconds.',
  },
  {
    term: 'ITL',
    meaning:
      'Inter-token latency: the gap between two output tokens, every gap counted. vllm:inter_token_latency_seconds.',
  },
  {
    term: 'TPOT',
    meaning: 'Time per output token: a request’s mean gap, (E2E − TTFT) / (output tokens − 1).',
  },
  { term: 'E2E', meaning: 'From arrival to last token. vllm:e2e_request_latency_seconds.' },
  { term: 'p95', meaning: '95 of 100 observations are at or below it.' },
  { term: 'Goodput', meaning: 'Requests per second that were within every limit of the SLO.' },
  {
    term: 'P and D',
    meaning: 'Prefill and decode workers: 2P+6D is two of the first and six of the second.',
  },
  { term: 'TP', meaning: 'Tensor parallelism: GPUs that share every layer of one replica.' },
  { term: 'Cache hits', meaning: 'Share of prompt tokens whose KV was found and not computed again.' },
  {
    term: 'KV',
    meaning: 'Keys and values of the tokens so far: what attention reads, and what fills GPU memory.',
  },
  {
    term: '± and [ ]',
    meaning:
      '95 % Student-t intervals over seeds. They hold the noise of the traffic, not the error of the latency model.',
  },
  {
    term: 'Paired',
    meaning: 'Fleets saw the same requests at the same times; differences are taken seed by seed.',
  },
];
