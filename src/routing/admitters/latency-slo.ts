/**
 * Denies sheddable requests (priority < 0) with an SLO when predictions exist, none meets the SLOs, and no endpoint is
 * idle (nothing running) or cold (KV usage below 2 %). Source: router specification 3.7.
 */
import { Fields } from '../config/fields.ts';
import { sloTpotMs, sloTtftMs } from '../latency/slo.ts';
import { definePlugin } from '../plugin.ts';
import { latencyProducerOf } from '../producers/keys.ts';

const COLD_KV_USAGE = 0.02;

export const latencySloAdmitter = definePlugin<{ readonly latencyProducer: string }>({
  type: 'latency-slo-admitter',
  kinds: ['admitter'],
  stability: 'beta',
  summary: 'denies sheddable requests whose SLO no endpoint is predicted to meet',
  parse: (raw, path) => ({
    latencyProducer: latencyProducerOf(new Fields(raw, path, ['latencyPredictionInfoProducerName'])),
  }),
  needs: ({ latencyProducer }) => ({
    required: [{ type: 'LatencyPredictionInfo', producer: latencyProducer }],
  }),
  create({ latencyProducer }, { table, column }) {
    const latency = column('LatencyPredictionInfo', latencyProducer);
    const mayServe = (row: number): boolean =>
      table.running[row] === 0 ||
      table.kvUsage[row]! < COLD_KV_USAGE ||
      (latency.valid[row] === 1 && latency.ttftHeadroomMs[row]! >= 0 && latency.tpotHeadroomMs[row]! >= 0);
    return {
      admitter: {
        deny(request, rows, count) {
          const hasSlo = sloTtftMs(request) > 0 || sloTpotMs(request) > 0;
          if (request.priority >= 0 || !hasSlo || !latency.present) return null;
          for (let i = 0; i < count; i++) if (mayServe(rows[i]!)) return null;
          return 'no endpoint can meet the latency objective';
        },
      },
    };
  },
});
