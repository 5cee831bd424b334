/** The SLO's limit on a latency, as charts draw it. */
import type { Report } from '../../sim/metrics/report.ts';

export interface DrawnLimit {
  readonly limitMs: number | null;
  /** Statistic that it is for, e.g. `p95`; empty without a limit. */
  readonly limitStatistic: string;
}

/** `metric`: without its statistic, e.g. `ttftMs`. */
export function limitOf({ slo }: Report, metric: string): DrawnLimit {
  const check = slo.checks.find((one) => one.metric.startsWith(`${metric}.`));
  return { limitMs: check?.limit ?? null, limitStatistic: check?.metric.split('.').slice(1).join('.') ?? '' };
}
