/**
 * Stick or spill: keeps the endpoints that hold most of the prompt, unless the best of them would answer so much later
 * than the best of the others that the request should spill; then all stay. Source: router specification 3.2.
 *
 * Example: threshold 0.8, throughput 1000 tokens/s, penalty 500 ms; sticky endpoint with 900 tokens in flight, another
 * with 300: 900 - 300 = 600 ms > 500, so all stay; with 700 in flight 400 ms, so only the sticky one.
 */
import { Fields } from '../config/fields.ts';
import { type Cycle, definePlugin } from '../plugin.ts';
import { latencyProducerOf, loadProducerOf, matchProducerOf } from '../producers/keys.ts';

interface Parameters {
  readonly affinityThreshold: number;
  readonly explorationProbability: number;
  readonly maxTTFTPenaltyMs: number;
  readonly ttftSource: 'prefillThroughput' | 'latencyPredictor';
  readonly peakPrefillThroughput: number;
  readonly matchProducer: string;
  readonly loadProducer: string;
  readonly latencyProducer: string;
}

/** TTFT of an endpoint without a prediction: later than all others. */
const UNPREDICTED_MS = Number.MAX_VALUE;

export const prefixCacheAffinityFilter = definePlugin<Parameters>({
  type: 'prefix-cache-affinity-filter',
  kinds: ['filter'],
  stability: 'beta',
  summary: 'endpoints that hold most of the prompt, unless they are too far behind',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'affinityThreshold',
      'explorationProbability',
      'maxTTFTPenaltyMs',
      'ttftSource',
      'peakPrefillThroughput',
      'prefixMatchInfoProducerName',
      'inFlightLoadProducerName',
      'latencyPredictionInfoProducerName',
    ]);
    const parameters: Parameters = {
      affinityThreshold: fields.number('affinityThreshold', 0.8, { max: 1 }),
      explorationProbability: fields.number('explorationProbability', 0, { min: 0, max: 1 }),
      maxTTFTPenaltyMs: fields.number('maxTTFTPenaltyMs', 18_000, { min: 0 }),
      ttftSource: fields.oneOf('ttftSource', 'prefillThroughput', ['prefillThroughput', 'latencyPredictor']),
      peakPrefillThroughput: fields.number('peakPrefillThroughput', 15_928),
      matchProducer: matchProducerOf(fields),
      loadProducer: loadProducerOf(fields),
      latencyProducer: latencyProducerOf(fields),
    };
    const usesThroughput = parameters.ttftSource === 'prefillThroughput' && parameters.maxTTFTPenaltyMs > 0;
    if (usesThroughput && parameters.peakPrefillThroughput <= 0)
      fields.refuse('peakPrefillThroughput', 'a number > 0, tokens per second');
    return parameters;
  },
  needs: ({ ttftSource, matchProducer, loadProducer, latencyProducer }) => ({
    required: [
      { type: 'PrefixCacheMatchInfo', producer: matchProducer },
      ttftSource === 'prefillThroughput'
        ? { type: 'InFlightLoad', producer: loadProducer }
        : { type: 'LatencyPredictionInfo', producer: latencyProducer },
    ],
  }),
  create(parameters, { rng, column }) {
    const { affinityThreshold, explorationProbability, maxTTFTPenaltyMs } = parameters;
    const match = column('PrefixCacheMatchInfo', parameters.matchProducer);
    const load = column('InFlightLoad', parameters.loadProducer);
    const latency = column('LatencyPredictionInfo', parameters.latencyProducer);
    const isSticky = (row: number): boolean =>
      match.present &&
      match.totalBlocks > 0 &&
      match.matchBlocks[row]! / match.totalBlocks >= affinityThreshold;
    const ttftMs = (row: number): number => {
      if (parameters.ttftSource === 'prefillThroughput')
        return (load.tokens[row]! / parameters.peakPrefillThroughput) * 1000;
      return latency.present && latency.valid[row] === 1 ? latency.ttftMs[row]! : UNPREDICTED_MS;
    };
    const spills = ({ rows, count }: Cycle): boolean => {
      let sticky = Number.POSITIVE_INFINITY;
      let other = Number.POSITIVE_INFINITY;
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        if (isSticky(row)) sticky = Math.min(sticky, ttftMs(row));
        else other = Math.min(other, ttftMs(row));
      }
      return other < Number.POSITIVE_INFINITY && sticky - other > maxTTFTPenaltyMs;
    };
    return {
      filter: {
        filter(cycle) {
          // Drawn before anything is looked at, so that the number of draws does not depend on the state.
          const explores = explorationProbability > 0 && rng.unit() < explorationProbability;
          const { rows, count } = cycle;
          if (count <= 1 || affinityThreshold <= 0 || explores) return;
          let sticky = 0;
          for (let i = 0; i < count; i++) if (isSticky(rows[i]!)) sticky += 1;
          if (sticky === 0 || (maxTTFTPenaltyMs > 0 && spills(cycle))) return;
          let kept = 0;
          for (let i = 0; i < count; i++) if (isSticky(rows[i]!)) rows[kept++] = rows[i]!;
          cycle.count = kept;
        },
      },
    };
  },
});
