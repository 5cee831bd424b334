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
import { latencySloAdmitter } from './admitters/latency-slo.ts';
import { probabilisticAdmitter } from './admitters/probabilistic.ts';
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
import { topologyExtractor } from './data/topology-extractor.ts';
import { alwaysDisaggMultimodalDecider, alwaysDisaggPdDecider } from './deciders/always.ts';
import { prefixBasedPdDecider } from './deciders/prefix-based-pd.ts';
import { byLabelFilter, byLabelSelectorFilter, labelSelectorFilter } from './filters/by-label.ts';
import { decodeFilter, encodeFilter, prefillFilter } from './filters/by-role.ts';
import { endpointAttributeFilter } from './filters/endpoint-attribute.ts';
import { headerBasedTestingFilter } from './filters/header-based-testing.ts';
import { prefixCacheAffinityFilter } from './filters/prefix-cache-affinity.ts';
import { multiclusterSessionAffinityFilter, sessionAffinityFilter } from './filters/session-affinity.ts';
import { sloHeadroomTierFilter } from './filters/slo-headroom-tier.ts';
import { topologyAffinityFilter } from './filters/topology-affinity.ts';
import { utilizationFilter } from './filters/utilization.ts';
import { requestAttributeReporter } from './hooks/request-attribute-reporter.ts';
import { destinationEndpointServedVerifier } from './hooks/served-verifier.ts';
import { maxScorePicker } from './pickers/max-score.ts';
import { randomPicker } from './pickers/random.ts';
import { weightedRandomPicker } from './pickers/weighted-random.ts';
import type { PluginDefinition } from './plugin.ts';
import { agentIdentity } from './producers/agent-identity.ts';
import {
  approximatePrefixProducer,
  multiclusterApproximatePrefixProducer,
} from './producers/approximate-prefix.ts';
import { burstPrefixCacheProducer } from './producers/burst-prefix.ts';
import { inflightLoadProducer } from './producers/inflight-load.ts';
import { mmEmbeddingsCacheProducer } from './producers/mm-embeddings-cache.ts';
import { p2pSourceProducer } from './producers/p2p-source.ts';
import { precisePrefixProducer } from './producers/precise-prefix.ts';
import { predictedLatencyProducer } from './producers/predicted-latency.ts';
import { sessionIdProducer } from './producers/session-id.ts';
import { tokenizer, tokenProducer } from './producers/token.ts';
import { dataParallelProfileHandler } from './profiles/data-parallel.ts';
import { disaggProfileHandler } from './profiles/disaggregated.ts';
import { headerProfileHandler } from './profiles/header.ts';
import { disaggHeadersHandler, pdProfileHandler, prefillHeaderHandler } from './profiles/legacy-pd.ts';
import { singleProfileHandler } from './profiles/single.ts';
import { activeRequestScorer } from './scorers/active-request.ts';
import { contextLengthAware } from './scorers/context-length-aware.ts';
import { endpointAttributeScorer } from './scorers/endpoint-attribute.ts';
import { headerLabelAffinityScorer } from './scorers/header-label-affinity.ts';
import { kvCacheUtilizationScorer } from './scorers/kv-cache-utilization.ts';
import { latencyScorer } from './scorers/latency.ts';
import { loadAwareScorer } from './scorers/load-aware.ts';
import { loraAffinityScorer } from './scorers/lora-affinity.ts';
import { mmEmbeddingsCacheScorer } from './scorers/mm-embeddings-cache.ts';
import {
  multiclusterKvCacheUtilizationScorer,
  multiclusterPrefixCacheScorer,
  multiclusterQueueScorer,
} from './scorers/multicluster.ts';
import { noHitLruScorer } from './scorers/no-hit-lru.ts';
import { precisePrefixCacheScorer } from './scorers/precise-prefix-cache.ts';
import { prefixCacheScorer } from './scorers/prefix-cache.ts';
import { queueScorer } from './scorers/queue.ts';
import { runningRequestsSizeScorer } from './scorers/running-requests.ts';
import { sessionAffinityScorer } from './scorers/session-affinity.ts';
import { tokenLoadScorer } from './scorers/token-load.ts';
import { topologyAffinityScorer } from './scorers/topology-affinity.ts';
import { disaggregatedsetRolloutScreener } from './screeners/rollout.ts';

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
  latencySloAdmitter,
  probabilisticAdmitter,
  topologyExtractor,
  byLabelFilter,
  byLabelSelectorFilter,
  labelSelectorFilter,
  endpointAttributeFilter,
  headerBasedTestingFilter,
  prefixCacheAffinityFilter,
  sessionAffinityFilter,
  multiclusterSessionAffinityFilter,
  sloHeadroomTierFilter,
  topologyAffinityFilter,
  utilizationFilter,
  requestAttributeReporter,
  destinationEndpointServedVerifier,
  agentIdentity,
  burstPrefixCacheProducer,
  mmEmbeddingsCacheProducer,
  p2pSourceProducer,
  precisePrefixProducer,
  predictedLatencyProducer,
  sessionIdProducer,
  dataParallelProfileHandler,
  headerProfileHandler,
  pdProfileHandler,
  disaggHeadersHandler,
  prefillHeaderHandler,
  activeRequestScorer,
  contextLengthAware,
  endpointAttributeScorer,
  headerLabelAffinityScorer,
  latencyScorer,
  loraAffinityScorer,
  mmEmbeddingsCacheScorer,
  multiclusterQueueScorer,
  multiclusterKvCacheUtilizationScorer,
  multiclusterPrefixCacheScorer,
  noHitLruScorer,
  precisePrefixCacheScorer,
  sessionAffinityScorer,
  tokenLoadScorer,
  topologyAffinityScorer,
  disaggregatedsetRolloutScreener,
];
