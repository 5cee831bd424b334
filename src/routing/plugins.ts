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
import {
  coreMetricsExtractor,
  dcgmExtractor,
  modelsDataExtractor,
  multiclusterMetricsExtractor,
} from './data/extractors.ts';
import {
  anthropicParser,
  openaiParser,
  passthroughParser,
  sglanghttpParser,
  vertexaiParser,
  vllmgrpcParser,
  vllmhttpParser,
} from './data/parsers.ts';
import {
  dcgmDataSource,
  endpointNotificationSource,
  fileDiscovery,
  k8sNotificationSource,
  metricsDataSource,
  modelsDataSource,
  multiclusterFileDiscovery,
  multiclusterMetricsDataSource,
} from './data/sources.ts';
import { alwaysDisaggMultimodalDecider, alwaysDisaggPdDecider } from './deciders/always.ts';
import { prefixBasedPdDecider } from './deciders/prefix-based-pd.ts';
import { decodeFilter, encodeFilter, prefillFilter } from './filters/by-role.ts';
import { maxScorePicker } from './pickers/max-score.ts';
import { randomPicker } from './pickers/random.ts';
import { weightedRandomPicker } from './pickers/weighted-random.ts';
import type { PluginDefinition } from './plugin.ts';
import {
  approximatePrefixProducer,
  multiclusterApproximatePrefixProducer,
} from './producers/approximate-prefix.ts';
import { inflightLoadProducer } from './producers/inflight-load.ts';
import { tokenizer, tokenProducer } from './producers/token.ts';
import { disaggProfileHandler } from './profiles/disaggregated.ts';
import { singleProfileHandler } from './profiles/single.ts';
import { kvCacheUtilizationScorer } from './scorers/kv-cache-utilization.ts';
import { loadAwareScorer } from './scorers/load-aware.ts';
import { prefixCacheScorer } from './scorers/prefix-cache.ts';
import { queueScorer } from './scorers/queue.ts';
import { runningRequestsSizeScorer } from './scorers/running-requests.ts';

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
  coreMetricsExtractor,
  modelsDataExtractor,
  dcgmExtractor,
  multiclusterMetricsExtractor,
  openaiParser,
  anthropicParser,
  vllmhttpParser,
  vllmgrpcParser,
  sglanghttpParser,
  vertexaiParser,
  passthroughParser,
  metricsDataSource,
  modelsDataSource,
  dcgmDataSource,
  k8sNotificationSource,
  endpointNotificationSource,
  fileDiscovery,
  multiclusterMetricsDataSource,
  multiclusterFileDiscovery,
  alwaysDisaggPdDecider,
  alwaysDisaggMultimodalDecider,
  prefixBasedPdDecider,
  decodeFilter,
  prefillFilter,
  encodeFilter,
  maxScorePicker,
  randomPicker,
  weightedRandomPicker,
  approximatePrefixProducer,
  multiclusterApproximatePrefixProducer,
  inflightLoadProducer,
  tokenProducer,
  tokenizer,
  disaggProfileHandler,
  singleProfileHandler,
  kvCacheUtilizationScorer,
  loadAwareScorer,
  prefixCacheScorer,
  queueScorer,
  runningRequestsSizeScorer,
];
