/**
 * Extractors: which numbers of a source become which signals. The scraper of a shell reads the parameters from the
 * instance's `service`. Source: router specification 3.10.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin, ignoreParameters, type PluginDefinition } from '../plugin.ts';

/** Selectors of one engine; empty where the engine has no such metric. */
export interface EngineMetrics {
  readonly name: string;
  readonly specs: Readonly<Record<string, string>>;
  readonly customMetrics: readonly { readonly attributeKey: string; readonly metricSpec: string }[];
}

/** Engines by label. */
export interface CoreMetricsParameters {
  readonly engineLabelKey: string;
  readonly defaultEngine: string;
  readonly engineConfigs: readonly EngineMetrics[];
}

const SPEC_KEYS = [
  'queuedRequestsSpec',
  'runningRequestsSpec',
  'kvUsageSpec',
  'loraSpec',
  'cacheInfoSpec',
  'cacheBlockSizeLabelName',
  'cacheNumBlocksLabelName',
  'cacheBlockSizeSpec',
  'cacheNumBlocksSpec',
];

/** Engine names built into upstream. */
export const BUILT_IN_ENGINES = ['vllm', 'sglang', 'trtllm-serve', 'triton-tensorrt-llm', 'triton'] as const;

export const coreMetricsExtractor = metricsExtractor(
  'core-metrics-extractor',
  'queue, running, KV usage, cache size and LoRA signals by engine',
  'beta',
);
export const multiclusterMetricsExtractor = metricsExtractor(
  'multicluster-metrics-extractor',
  'aggregates of remote clusters',
  'alpha',
);
export const modelsDataExtractor = bareExtractor(
  'models-data-extractor',
  'model ids and their parents',
  'beta',
);
export const dcgmExtractor = bareExtractor(
  'dcgm-extractor',
  'GPUUtilization/dcgm-extractor: busiest GPU of an endpoint, 0..1',
  'alpha',
);

function metricsExtractor(type: string, summary: string, stability: 'alpha' | 'beta'): PluginDefinition {
  return definePlugin<CoreMetricsParameters>({
    type,
    kinds: ['extractor'],
    stability,
    summary,
    parse: parseCoreMetrics,
    create: (parameters) => ({ service: parameters }),
  });
}

function parseCoreMetrics(raw: unknown, path: string): CoreMetricsParameters {
  const fields = new Fields(raw, path, ['engineLabelKey', 'defaultEngine', 'engineConfigs']);
  const engineConfigs = fields
    .objects('engineConfigs', ['name', ...SPEC_KEYS, 'customMetrics'])
    .map((engine) => {
      const name = engine.requiredString('name');
      if (name === 'default') engine.refuse('name', 'another name: default is reserved');
      const specs = SPEC_KEYS.map((key) => [key, engine.string(key, '')] as const);
      return {
        name,
        specs: Object.fromEntries(specs.filter(([, spec]) => spec !== '')),
        customMetrics: engine.objects('customMetrics', ['attributeKey', 'metricSpec']).map((metric) => ({
          attributeKey: metric.requiredString('attributeKey'),
          metricSpec: metric.requiredString('metricSpec'),
        })),
      };
    });
  const known = [...BUILT_IN_ENGINES, ...engineConfigs.map((engine) => engine.name)];
  const defaultEngine = fields.string('defaultEngine', 'vllm');
  if (!known.includes(defaultEngine)) fields.refuse('defaultEngine', `one of ${known.join(', ')}`);
  return {
    engineLabelKey: fields.string('engineLabelKey', 'llm-d.ai/engine-type'),
    defaultEngine,
    engineConfigs,
  };
}

function bareExtractor(type: string, summary: string, stability: 'alpha' | 'beta'): PluginDefinition {
  return definePlugin({
    type,
    kinds: ['extractor'],
    stability,
    summary,
    parse: ignoreParameters,
    create: () => ({}),
  });
}
