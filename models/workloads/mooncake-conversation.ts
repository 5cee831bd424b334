import type { WorkloadPreset } from '../workload-shape.ts';

/** Mooncake, conversation. */
export const mooncakeConversation: WorkloadPreset = {
  id: 'mooncake-conversation',
  name: 'Mooncake, conversation',
  basis: 'fitted',
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'gamma', rateRps: 1.7, cv: 1.45 },
    input: {
      dist: 'empirical',
      quantiles: [
        [0, 73.39],
        [0.05, 79.96],
        [0.1, 121.3],
        [0.25, 1003],
        [0.5, 4027],
        [0.75, 9584],
        [0.9, 17470],
        [0.95, 25470],
        [0.99, 55600],
        [1, 82400],
      ],
    },
    output: {
      dist: 'empirical',
      quantiles: [
        [0, 1],
        [0.05, 10],
        [0.1, 24],
        [0.25, 156.5],
        [0.5, 350],
        [0.75, 472],
        [0.9, 597],
        [0.95, 698],
        [0.99, 1118],
        [1, 2000],
      ],
    },
    prefixes: { groups: 1, tokens: 512 },
    sessions: { turns: 2, thinkTimeS: 60 },
  },
  sources: [
    {
      ref: 'kvcache-ai/Mooncake@3b5a594 FAST25-release (Apache-2.0) conversation_trace.jsonl',
      date: '2026-11-22',
    },
  ],
  notes: 'Two turns give the mean prompt and the reusable share of the trace; the pause is assumed.',
};
