/** Endpoints whose signals are all at most some limits. A missing signal is 0. */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { loadProducerOf } from '../producers/keys.ts';
import { keep } from './keep.ts';

type Metric = 'active-requests' | 'running-requests' | 'waiting-queue' | 'kv-cache-utilization';
const METRICS: readonly Metric[] = [
  'active-requests',
  'running-requests',
  'waiting-queue',
  'kv-cache-utilization',
];

interface Parameters {
  readonly conditions: readonly { readonly metric: Metric; readonly maxValue: number }[];
  readonly fallbackOnEmpty: boolean;
  readonly loadProducer: string;
}

export const utilizationFilter = definePlugin<Parameters>({
  type: 'utilization-filter',
  kinds: ['filter'],
  stability: 'alpha',
  summary: 'endpoints below limits on active, running and waiting requests and KV usage',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['conditions', 'fallbackOnEmpty', 'inFlightLoadProducerName']);
    const conditions = fields.objects('conditions', ['metric', 'maxValue']).map((item) => {
      if (!item.has('metric')) item.refuse('metric', `one of ${METRICS.join(', ')}`);
      if (!item.has('maxValue')) item.refuse('maxValue', 'a number >= 0');
      const metric = item.oneOf<Metric>('metric', 'active-requests', METRICS);
      const rule = metric === 'kv-cache-utilization' ? { min: 0, max: 1 } : { min: 0 };
      return { metric, maxValue: item.number('maxValue', 0, rule) };
    });
    if (conditions.length === 0) fields.refuse('conditions', 'at least one condition');
    return {
      conditions,
      fallbackOnEmpty: fields.boolean('fallbackOnEmpty', false),
      loadProducer: loadProducerOf(fields),
    };
  },
  needs: ({ conditions, loadProducer }) => ({
    required: conditions.some(({ metric }) => metric === 'active-requests')
      ? [{ type: 'InFlightLoad', producer: loadProducer }]
      : [],
  }),
  create({ conditions, fallbackOnEmpty, loadProducer }, { table, column }) {
    const load = column('InFlightLoad', loadProducer);
    const columnOf = (metric: Metric): Float64Array => {
      if (metric === 'active-requests') return load.requests;
      if (metric === 'running-requests') return table.running;
      return metric === 'waiting-queue' ? table.waiting : table.kvUsage;
    };
    const passes = (row: number): boolean => {
      for (const { metric, maxValue } of conditions)
        if ((columnOf(metric)[row] ?? 0) > maxValue) return false;
      return true;
    };
    return { filter: { filter: (cycle) => keep(cycle, passes, fallbackOnEmpty) } };
  },
});
