/** Plugin types of the saturation detectors, which may also stand in a profile as filters. */
import { Fields } from '../../routing/config/fields.ts';
import { definePlugin, type Filter, type PluginInstance } from '../../routing/plugin.ts';
import {
  CONCURRENCY_DEFAULTS,
  type ConcurrencyParameters,
  concurrencyDetector,
  type EndpointDetector,
  UTILIZATION_DEFAULTS,
  type UtilizationParameters,
  utilizationDetector,
} from '../saturation.ts';

/** Where the concurrency detector's load comes from. */
const LOAD_KEY = { type: 'InFlightLoad', producer: 'inflight-load-producer' } as const;

export const utilizationDetectorPlugin = definePlugin<UtilizationParameters>({
  type: 'utilization-detector',
  kinds: ['saturation-detector', 'filter'],
  stability: 'beta',
  summary: 'saturation by scraped queue depth and KV usage; as a filter, drops stale and full endpoints',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'queueDepthThreshold',
      'kvCacheUtilThreshold',
      'metricsStalenessThreshold',
      'headroom',
    ]);
    const { queueDepthThreshold, kvCacheUtilThreshold, stalenessUs, headroom } = UTILIZATION_DEFAULTS;
    const parameters = {
      queueDepthThreshold: fields.integer('queueDepthThreshold', queueDepthThreshold, { above: 0 }),
      kvCacheUtilThreshold: fields.number('kvCacheUtilThreshold', kvCacheUtilThreshold, { above: 0, max: 1 }),
      stalenessUs: fields.durationUs('metricsStalenessThreshold', stalenessUs),
      headroom: fields.number('headroom', headroom, { min: 0 }),
    };
    if (parameters.stalenessUs === 0) fields.refuse('metricsStalenessThreshold', 'a duration above 0');
    return parameters;
  },
  create: (parameters, { table }) => detectorInstance(utilizationDetector(table, parameters)),
});

export const concurrencyDetectorPlugin = definePlugin<ConcurrencyParameters>({
  type: 'concurrency-detector',
  kinds: ['saturation-detector', 'filter'],
  stability: 'beta',
  summary: 'saturation by requests or tokens in flight; as a filter, drops endpoints at their limit',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'maxConcurrency',
      'maxTokenConcurrency',
      'concurrencyMode',
      'headroom',
    ]);
    const { mode, maxConcurrency, maxTokenConcurrency, headroom } = CONCURRENCY_DEFAULTS;
    return {
      mode: fields.oneOf('concurrencyMode', mode, ['requests', 'tokens', 'hybrid']),
      maxConcurrency: fields.integer('maxConcurrency', maxConcurrency, { above: 0 }),
      maxTokenConcurrency: fields.integer('maxTokenConcurrency', maxTokenConcurrency, { above: 0 }),
      headroom: fields.number('headroom', headroom, { min: 0 }),
    };
  },
  needs: () => ({ required: [LOAD_KEY] }),
  create: (parameters, context) =>
    detectorInstance(concurrencyDetector(context.column(LOAD_KEY.type, LOAD_KEY.producer), parameters)),
});

function detectorInstance(detector: EndpointDetector): PluginInstance {
  return { detector, filter: roomFilter(detector) };
}

/** Keeps the endpoints that have room; a detector that fails open keeps all when none has. */
function roomFilter(detector: EndpointDetector): Filter {
  return {
    filter(cycle) {
      const { rows, nowUs } = cycle;
      let kept = 0;
      for (let index = 0; index < cycle.count; index++) {
        const row = rows[index]!;
        if (detector.hasRoom(row, nowUs)) rows[kept++] = row;
      }
      // With none kept, rows are as they were.
      if (kept > 0 || !detector.failsOpen) cycle.count = kept;
    },
  };
}
