/** How much worse a figure may get: a share of the base's value (`5%`), or an amount in the figure's unit (`10`). */
import { ConfigError, nearest } from '../../src/core/check.ts';
import { FIGURES, type Figure, findFigure } from '../metrics/figures.ts';

/** Exactly one of the two is not null. */
export interface Tolerance {
  readonly share: number | null;
  readonly amount: number | null;
}

/** A figure that is gated. */
export interface GateMetric {
  readonly figure: Figure;
  readonly tolerance: Tolerance;
}

/** Tolerance of metrics that name none. */
export const DEFAULT_TOLERANCE: Tolerance = { share: 0.02, amount: null };

/** Parses `5%` or `10`; `where` names it in errors. */
export function parseTolerance(text: string, where: string): Tolerance {
  const [, number, percent] = /^\s*([0-9.]+(?:e-?\d+)?)\s*(%?)\s*$/i.exec(text) ?? [];
  const value = Number(number);
  if (number === undefined || !Number.isFinite(value)) {
    throw new ConfigError({
      file: where,
      path: '',
      found: `"${text}"`,
      expected: 'a share such as 5%, or an amount in the unit of the figure such as 10',
    });
  }
  return percent === '%' ? { share: value / 100, amount: null } : { share: null, amount: value };
}

/** Parses `ttftMs.p95`, or `ttftMs.p95=5%` with a tolerance of its own. */
export function parseMetric(text: string, tolerance: Tolerance): GateMetric {
  const [path = '', own] = text.split('=', 2);
  const figure = findFigure(path.trim());
  const gated = FIGURES.filter((one) => one.better !== null).map((one) => one.path);
  if (figure !== undefined && figure.better !== null) {
    return { figure, tolerance: own === undefined ? tolerance : parseTolerance(own, `--metric ${text}`) };
  }
  const near = nearest(path, gated);
  throw new ConfigError({
    file: '--metric',
    path: '',
    found: figure === undefined ? `unknown figure "${path}"` : `"${path}", which has no better direction`,
    expected: near === undefined ? 'a figure of the report, e.g. ttftMs.p95 or slo.attainment' : `"${near}"?`,
  });
}

/** The tolerance as an amount, given the base's value. */
export function allowedWorsening({ share, amount }: Tolerance, base: number): number {
  return amount ?? share! * Math.abs(base);
}
