/** The router's own default: queue 2, KV utilisation 2, prefix 3 (with prefill and decode pools: in both stages). */
import type { Baseline } from './baseline.ts';

export const llmdDefault: Baseline = {
  name: 'llm-d-default',
  summary: 'queue 2, KV utilisation 2, prefix 3; fleets with prefill and decode pools always disaggregate',
  source: 'llm-d router v0.10, built-in default configuration',
  config: null,
  plugins: [],
};
