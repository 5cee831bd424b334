/** Endpoints that are predicted to keep the request's SLO; the prediction is learned from the responses. */
import { type Baseline, singleProfile } from './baseline.ts';

export const sloAware: Baseline = {
  name: 'slo-aware',
  summary:
    'predicted TTFT and TPOT against the SLO in the request headers (x-slo-ttft-ms); without, least predicted',
  source: 'llm-d router v0.10, predicted-latency profile: latency-scorer over slo-headroom-tier-filter',
  config: singleProfile(
    { type: 'predicted-latency-producer', parameters: { streamingMode: true }, isProducer: true },
    { type: 'slo-headroom-tier-filter' },
    { type: 'latency-scorer' },
    { type: 'max-score-picker' },
  ),
  plugins: [],
};
