/** Figures of the comparison's table, in this order; of the page's first answer no others are kept (build/precomputed.ts). */
export const TABLE_FIGURES = [
  'cost.perHour',
  'cost.per1MOutputTokens',
  'ttftMs.p50',
  'ttftMs.p95',
  'ttftMs.p99',
  'itlMs.p50',
  'itlMs.p99',
  'slo.attainment',
  'slo.goodputRps',
  'throughput.requestsPerS',
  'throughput.outputTokensPerS',
  'cache.hitRate',
  'transferMs.p95',
] as const;
export type TableFigure = (typeof TABLE_FIGURES)[number];
