/** Disaggregates a request when enough of its prompt is not cached on the decode endpoint; else decode prefills itself. */
import { type Baseline, declared, referred } from './baseline.ts';

const BLEND = [
  { type: 'queue-scorer', weight: 2 },
  { type: 'kv-cache-utilization-scorer', weight: 2 },
  { type: 'prefix-cache-scorer', weight: 3 },
];
const DECIDER = { type: 'prefix-based-pd-decider', parameters: { nonCachedTokens: 512 } };
const HANDLER = {
  type: 'disagg-profile-handler',
  parameters: { deciders: { prefill: DECIDER.type } },
};

export const pdThreshold: Baseline = {
  name: 'pd-threshold',
  summary: 'prefills elsewhere when 512 tokens or more are not cached on the decode endpoint',
  source: 'llm-d router v0.10, prefix-based-pd-decider; threshold of the llm-d guide on P/D disaggregation',
  config: {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: [{ type: 'prefill-filter' }, { type: 'decode-filter' }, ...BLEND, DECIDER, HANDLER].map(
      declared,
    ),
    schedulingProfiles: ['prefill', 'decode'].map((name) => ({
      name,
      plugins: [{ pluginRef: `${name}-filter` }, ...BLEND.map(referred)],
    })),
  },
  plugins: [],
};
