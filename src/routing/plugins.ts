/** Every plugin type of the router: one import and one line each. */
import { concurrencyDetectorPlugin, utilizationDetectorPlugin } from '../flow/plugins/detectors.ts';
import { priorityThenTimeEvictionOrderPolicy, sheddableEvictionFilter } from '../flow/plugins/eviction.ts';
import {
  globalStrictFairnessPolicy,
  programAwareFairness,
  roundRobinFairnessPolicy,
} from '../flow/plugins/fairness.ts';
import {
  edfOrderingPolicy,
  fcfsOrderingPolicy,
  sloDeadlineOrderingPolicy,
} from '../flow/plugins/ordering.ts';
import {
  priorityHoldbackPolicy,
  softReflectiveCeilingPolicy,
  staticUsageLimitPolicy,
} from '../flow/plugins/usage-limits.ts';
import type { PluginDefinition } from './plugin.ts';

export const PLUGINS: readonly PluginDefinition[] = [
  utilizationDetectorPlugin,
  concurrencyDetectorPlugin,
  globalStrictFairnessPolicy,
  roundRobinFairnessPolicy,
  programAwareFairness,
  fcfsOrderingPolicy,
  edfOrderingPolicy,
  sloDeadlineOrderingPolicy,
  staticUsageLimitPolicy,
  priorityHoldbackPolicy,
  softReflectiveCeilingPolicy,
  sheddableEvictionFilter,
  priorityThenTimeEvictionOrderPolicy,
];
