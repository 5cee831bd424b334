/** Plugin types of the ordering policies. */
import { definePlugin, ignoreParameters, type PluginDefinition } from '../../routing/plugin.ts';
import { EDF_ORDERING, FCFS_ORDERING, SLO_DEADLINE_ORDERING } from '../policies/ordering.ts';
import type { OrderingPolicy } from '../policy.ts';

export const fcfsOrderingPolicy = ordering(
  'fcfs-ordering-policy',
  'first come, first served within a flow',
  FCFS_ORDERING,
);

export const edfOrderingPolicy = ordering(
  'edf-ordering-policy',
  'earliest end of queueing budget first; equals first come, first served, as the budget is one for all',
  EDF_ORDERING,
);

export const sloDeadlineOrderingPolicy = ordering(
  'slo-deadline-ordering-policy',
  'earliest arrival + TTFT objective (header) first; requests without one last',
  SLO_DEADLINE_ORDERING,
);

function ordering(type: string, summary: string, policy: OrderingPolicy): PluginDefinition {
  return definePlugin({
    type,
    kinds: ['ordering-policy'],
    stability: 'beta',
    summary,
    parse: ignoreParameters,
    create: () => ({ ordering: policy }),
  });
}
