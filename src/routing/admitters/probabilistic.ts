/**
 * Denies sheddable requests (priority < 0) with probability min(1, s^power * k), s being the average over endpoints of
 * max(waiting / threshold, kvUsage / threshold). s = 0.3 with power 5 and k 300: 0.3^5 * 300 = 0.729.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';

interface Parameters {
  readonly queueDepthThreshold: number;
  readonly kvCacheUtilThreshold: number;
  readonly power: number;
  readonly k: number;
}

export const probabilisticAdmitter = definePlugin<Parameters>({
  type: 'probabilistic-admitter',
  kinds: ['admitter'],
  stability: 'beta',
  summary: 'denies sheddable requests with a probability that rises with saturation',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['queueDepthThreshold', 'kvCacheUtilThreshold', 'power', 'k']);
    return {
      queueDepthThreshold: fields.number('queueDepthThreshold', 5, { above: 0 }),
      kvCacheUtilThreshold: fields.number('kvCacheUtilThreshold', 0.8, { above: 0, max: 1 }),
      power: fields.number('power', 5, { above: 0 }),
      k: fields.number('k', 300, { min: 0 }),
    };
  },
  create({ queueDepthThreshold, kvCacheUtilThreshold, power, k }, { table, rng }) {
    return {
      admitter: {
        deny(request, rows, count) {
          if (request.priority >= 0) return null;
          const draw = rng.unit();
          let sum = 0;
          for (let i = 0; i < count; i++) {
            const row = rows[i]!;
            sum += Math.max(
              table.waiting[row]! / queueDepthThreshold,
              table.kvUsage[row]! / kvCacheUtilThreshold,
            );
          }
          const probability = Math.min(1, (sum / count) ** power * k);
          return draw < probability ? 'system saturated, sheddable request denied' : null;
        },
      },
    };
  },
});
