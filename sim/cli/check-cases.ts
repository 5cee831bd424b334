/** The SLO and the thresholds of one report as checks for JUnit. */

import { checkLabel } from '../compare/decision.ts';
import type { AssertionOutcome } from '../metrics/assertion.ts';
import { findFigure } from '../metrics/figures.ts';
import { formatFigure, formatWithInterval } from '../metrics/format-figure.ts';
import type { Report, SloCheck } from '../metrics/report.ts';
import { isFloor } from '../metrics/slo.ts';
import type { CheckCase } from './junit.ts';

const VERDICTS = { meets: 'passes', fails: 'fails', cannotTell: 'inconclusive' } as const;

/** `group`: what the checks are about. */
export function reportCases(
  group: string,
  report: Report,
  outcomes: readonly AssertionOutcome[],
): CheckCase[] {
  const shown = (path: string, value: number | null): string => {
    const unit = findFigure(path)?.unit ?? (path.includes('Ms.') ? 'ms' : 'share');
    return formatWithInterval(value, unit, report.intervals[path]);
  };
  const ofSlo = report.slo.checks.map(({ metric, limit, value, verdict }: SloCheck): CheckCase => {
    const sign = isFloor(metric) ? '>=' : '<=';
    const unit = isFloor(metric) ? 'share' : 'ms';
    return {
      group,
      name: `SLO ${checkLabel(metric)} ${sign} ${formatFigure(limit, unit)}`,
      verdict: VERDICTS[verdict],
      detail: `value ${shown(metric, value)}`,
    };
  });
  const ofAssert = outcomes.map(({ assertion, value, verdict }): CheckCase => {
    return {
      group,
      name: `assert ${assertion.text}`,
      verdict: VERDICTS[verdict],
      detail: `value ${shown(assertion.figure.path, value)}`,
    };
  });
  return [...ofSlo, ...ofAssert];
}
