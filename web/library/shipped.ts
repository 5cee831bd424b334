/** Documents that come with Drydock: the files of scenarios/, as they are run in a terminal. */
import comparePd from '../../scenarios/compare-pd.yaml';
import plan70b from '../../scenarios/plans/plan-chat-70b.yaml';
import affinity from '../../scenarios/studies/affinity-or-blend.yaml';
import kvPrecision from '../../scenarios/studies/kv-precision.yaml';
import pdOrAggregated from '../../scenarios/studies/pd-or-aggregated.yaml';
import prefixOrRandom from '../../scenarios/studies/prefix-or-random.yaml';
import type { DocumentKind } from '../state/document-store.ts';

export interface Shipped {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly question: string;
  readonly document: unknown;
}

export const SHIPPED: readonly Shipped[] = [
  {
    kind: 'plan',
    name: 'plan-chat-70b',
    question: 'The cheapest fleet for a chat service on Llama 3.3 70B, on at most 8 GPUs',
    document: plan70b,
  },
  {
    kind: 'comparison',
    name: 'compare-pd',
    question: 'Does it pay to split prefill from decode? Eight H100s, three ways, two workloads',
    document: comparePd,
  },
  {
    kind: 'lab',
    name: 'prefix-or-random',
    question: 'Routing by cached prefix against routing without, on shared prefixes',
    document: prefixOrRandom,
  },
  {
    kind: 'lab',
    name: 'affinity-or-blend',
    question: 'Affinity first and then load, or both in one sum, under bursts',
    document: affinity,
  },
  {
    kind: 'lab',
    name: 'pd-or-aggregated',
    question: 'Where disaggregation wins and where it loses, by ratio of prompt to answer',
    document: pdOrAggregated,
  },
  {
    kind: 'lab',
    name: 'kv-precision',
    question: 'What smaller KV brings where memory binds',
    document: kvPrecision,
  },
];
