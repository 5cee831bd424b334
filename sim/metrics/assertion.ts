/** Thresholds on report figures, e.g. `ttftMs.p95 <= 1000`: parsing, and holding a report against them. */
import { ConfigError, nearest } from '../../src/core/check.ts';
import { FIGURES, type Figure, figureValue, findFigure } from './figures.ts';
import type { Report, SloCheck } from './report.ts';
import { verdictOf } from './slo-report.ts';

/** A parsed threshold. */
export interface Assertion {
  readonly text: string;
  readonly figure: Figure;
  readonly operator: '<=' | '<' | '>=' | '>';
  readonly limit: number;
}

/** What came of one. */
export interface AssertionOutcome {
  readonly assertion: Assertion;
  readonly value: number | null;
  /** With intervals over seeds the whole interval must be on the right side. */
  readonly verdict: SloCheck['verdict'];
}

const FORM = /^\s*([A-Za-z0-9.]+)\s*(<=|<|>=|>)\s*([-+0-9.eE]+)\s*$/;

/** Parses thresholds; throws ConfigError at `assert[i]`. */
export function parseAssertions(texts: readonly string[]): Assertion[] {
  return texts.map((text, i) => parseAssertion(text, `assert[${i}]`));
}

/** Holds a report against thresholds. */
export function checkAssertions(report: Report, assertions: readonly Assertion[]): AssertionOutcome[] {
  return assertions.map((assertion) => {
    const { figure, operator, limit } = assertion;
    const value = figureValue(report, figure.path);
    const interval = report.intervals[figure.path];
    const direction = operator.startsWith('<') ? 'atMost' : 'atLeast';
    const verdict = verdictOf(value, limit, direction, interval);
    const isStrict = operator.length === 1;
    return { assertion, value, verdict: isStrict && value === limit ? 'fails' : verdict };
  });
}

function parseAssertion(text: string, path: string): Assertion {
  const [, name, operator, number] = FORM.exec(text) ?? [];
  const limit = Number(number);
  if (name === undefined || number === undefined || !Number.isFinite(limit)) {
    throw new ConfigError({
      path,
      found: `"${text}"`,
      expected: 'a figure, one of <= < >= >, and a number, e.g. "ttftMs.p95 <= 1000"',
    });
  }
  const figure = findFigure(name);
  if (figure === undefined) {
    const paths = FIGURES.map((known) => known.path);
    const near = nearest(name, paths);
    throw new ConfigError({
      path,
      found: `unknown figure "${name}"`,
      expected:
        near === undefined ? 'a path into the report, e.g. ttftMs.p95 or slo.attainment' : `"${near}"?`,
    });
  }
  return { text, figure, operator: operator as Assertion['operator'], limit };
}
