/** Answers, and other texts, that were computed while the page was built (build/precomputed.ts). */
declare module 'virtual:precomputed/compare' {
  const report: import('../sim/compare/comparison-report.ts').ComparisonReport | null;
  export default report;
}
declare module 'virtual:precomputed/plan' {
  const report: (import('../sim/planner/report.ts').PlanReport & { readonly fingerprint: string }) | null;
  export default report;
}
declare module 'virtual:precomputed/validation' {
  type Shown = 'cases' | 'rows' | 'peers' | 'quantiles';
  const summary: Pick<import('../sim/validate/validation-summary.ts').ValidationSummary, Shown> | null;
  export default summary;
}
