/**
 * Endpoints that are predicted to meet the SLOs (both headrooms >= 0), or those that are not, with a small probability
 * when there are both. Without any prediction all stay. Source: router specification 3.2.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { latencyProducerOf } from '../producers/keys.ts';
import { keep } from './keep.ts';

interface Parameters {
  readonly epsilonExploreNeg: number;
  readonly latencyProducer: string;
}

export const sloHeadroomTierFilter = definePlugin<Parameters>({
  type: 'slo-headroom-tier-filter',
  kinds: ['filter'],
  stability: 'beta',
  summary: 'endpoints predicted to meet the SLOs, rarely the others',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['epsilonExploreNeg', 'latencyPredictionInfoProducerName']);
    return {
      epsilonExploreNeg: fields.number('epsilonExploreNeg', 0.01, { min: 0, max: 1 }),
      latencyProducer: latencyProducerOf(fields),
    };
  },
  needs: ({ latencyProducer }) => ({
    required: [{ type: 'LatencyPredictionInfo', producer: latencyProducer }],
  }),
  create({ epsilonExploreNeg, latencyProducer }, { rng, column }) {
    const latency = column('LatencyPredictionInfo', latencyProducer);
    const isPositive = (row: number): boolean =>
      latency.valid[row] === 1 && latency.ttftHeadroomMs[row]! >= 0 && latency.tpotHeadroomMs[row]! >= 0;
    return {
      filter: {
        filter(cycle) {
          const explores = rng.unit() < epsilonExploreNeg;
          const { rows, count } = cycle;
          let predicted = 0;
          let positive = 0;
          for (let i = 0; i < count; i++) {
            const row = rows[i]!;
            if (latency.present && latency.valid[row] === 1) predicted += 1;
            if (latency.present && isPositive(row)) positive += 1;
          }
          if (predicted === 0 || positive === 0 || positive === count) return;
          keep(cycle, (row) => isPositive(row) !== explores, false);
        },
      },
    };
  },
});
