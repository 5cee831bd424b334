/**
 * Prefers endpoints by predicted headroom against the SLOs; without predictions a blend of KV, queue and prefix.
 * Endpoints that meet both SLOs (or of which nothing is known) come first; if none does, idle ones, else those that
 * miss only TPOT, only TTFT, then both. Source: router specification 3.3.
 */
import type { LatencyColumn, PrefixMatchColumn } from '../columns.ts';
import { Fields } from '../config/fields.ts';
import { scoreByHeadroom } from '../latency/headroom.ts';
import { type Cycle, definePlugin } from '../plugin.ts';
import { latencyProducerOf, matchProducerOf } from '../producers/keys.ts';

interface Parameters {
  readonly ttftWeight: number;
  readonly tpotWeight: number;
  readonly prefersMost: boolean;
  readonly kvWeight: number;
  readonly queueWeight: number;
  readonly prefixWeight: number;
  readonly matchProducer: string;
  readonly latencyProducer: string;
}

export const latencyScorer = definePlugin<Parameters>({
  type: 'latency-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: 'predicted latency headroom against the SLOs',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'ttftWeight',
      'tpotWeight',
      'headroomSelectionStrategy',
      'compositeKVWeight',
      'compositeQueueWeight',
      'compositePrefixWeight',
      'prefixMatchInfoProducerName',
      'latencyPredictionInfoProducerName',
    ]);
    return {
      ttftWeight: fields.number('ttftWeight', 0.8, { min: 0 }),
      tpotWeight: fields.number('tpotWeight', 0.2, { min: 0 }),
      prefersMost: fields.oneOf('headroomSelectionStrategy', 'least', ['least', 'most']) === 'most',
      kvWeight: fields.number('compositeKVWeight', 1, { min: 0 }),
      queueWeight: fields.number('compositeQueueWeight', 1, { min: 0 }),
      prefixWeight: fields.number('compositePrefixWeight', 1, { min: 0 }),
      matchProducer: matchProducerOf(fields),
      latencyProducer: latencyProducerOf(fields),
    };
  },
  needs: ({ matchProducer, latencyProducer }) => ({
    required: [
      { type: 'LatencyPredictionInfo', producer: latencyProducer },
      { type: 'PrefixCacheMatchInfo', producer: matchProducer },
    ],
  }),
  create(parameters, { column }) {
    const latency = column('LatencyPredictionInfo', parameters.latencyProducer);
    const match = column('PrefixCacheMatchInfo', parameters.matchProducer);
    return {
      scorer: {
        score(cycle, out) {
          const isPredicted = (i: number): boolean => latency.present && latency.valid[cycle.rows[i]!] === 1;
          const indexes = Array.from({ length: cycle.count }, (_, i) => i);
          if (!indexes.some(isPredicted)) scoreComposite(cycle, parameters, match, out);
          else scorePredicted(cycle, parameters, latency, indexes, isPredicted, out);
        },
      },
    };
  },
});

function scorePredicted(
  cycle: Cycle,
  parameters: Parameters,
  latency: LatencyColumn,
  indexes: readonly number[],
  isPredicted: (index: number) => boolean,
  out: Float64Array,
): void {
  const { rows } = cycle;
  out.fill(0, 0, cycle.count);
  const meetsTtft = (i: number): boolean => latency.ttftHeadroomMs[rows[i]!]! >= 0;
  const meetsTpot = (i: number): boolean => latency.tpotHeadroomMs[rows[i]!]! >= 0;
  const weights = { ttft: parameters.ttftWeight, tpot: parameters.tpotWeight };
  const positive = indexes.filter((i) => !isPredicted(i) || (meetsTtft(i) && meetsTpot(i)));
  if (positive.length > 0) {
    for (const i of positive) if (!isPredicted(i)) clearHeadroom(latency, rows[i]!);
    scoreByHeadroom(latency, rows, positive, { weights, prefersMost: parameters.prefersMost }, out);
    return;
  }
  const idle = indexes.filter((i) => latency.dispatched[rows[i]!] === 0);
  const tiers = [
    idle,
    indexes.filter((i) => meetsTtft(i) && !meetsTpot(i)),
    indexes.filter((i) => !meetsTtft(i) && meetsTpot(i)),
    indexes,
  ];
  const group = tiers.find((tier) => tier.length > 0) ?? indexes;
  scoreByHeadroom(latency, rows, group, { weights, prefersMost: false }, out);
}

/** An endpoint without a prediction counts as exactly meeting its SLOs. */
function clearHeadroom(latency: LatencyColumn, row: number): void {
  latency.ttftHeadroomMs[row] = 0;
  latency.tpotHeadroomMs[row] = 0;
}

/** Example: weights 1, kv 0.5, queue 2 of at most 4, prefix 1/2: (0.5 + 0.5 + 0.5) / 3 = 0.5. */
function scoreComposite(
  cycle: Cycle,
  parameters: Parameters,
  match: PrefixMatchColumn,
  out: Float64Array,
): void {
  const { rows, count, table } = cycle;
  const { kvWeight, queueWeight, prefixWeight } = parameters;
  const sum = kvWeight + queueWeight + prefixWeight;
  let maxQueue = 0;
  for (let i = 0; i < count; i++) maxQueue = Math.max(maxQueue, table.waiting[rows[i]!]!);
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const free = 1 - table.kvUsage[row]!;
    const queue = maxQueue === 0 ? 1 : (maxQueue - table.waiting[row]!) / maxQueue;
    const prefix = match.present && match.totalBlocks > 0 ? match.matchBlocks[row]! / match.totalBlocks : 0;
    const blended = sum <= 0 ? free : (kvWeight * free + queueWeight * queue + prefixWeight * prefix) / sum;
    out[i] = Math.round(100 * blended) / 100;
  }
}
