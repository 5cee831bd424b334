/**
 * Every number on the page gets its unit and its rounding here: the simulator's own words, set with a true minus, spaces
 * before units that do not break and a dash for what is not known.
 */
import type { FigureUnit } from '../sim/metrics/figures.ts';
import { fixed, formatDifference, formatFigure, formatWithInterval } from '../sim/metrics/format-figure.ts';
import type { Interval } from '../sim/metrics/report.ts';

/** What stands for an unknown value. */
export const UNKNOWN = '\u2014';

const MINUS = '\u2212';
/** The typeface's own space is a fifth of an em, as thin as a space before a unit should be. */
const UNIT_SPACE = '\u00a0';

/** ASCII text of a figure as type: minus, unbroken spaces, no break between number and unit. */
function typeset(text: string): string {
  return text
    .replace(/(^|[[\s(±])-(?=[\d$])/g, `$1${MINUS}`)
    .replace(/(\d|\]) (ms|s|%|\/s|pt)(?![a-z])/g, `$1${UNIT_SPACE}$2`);
}

/** A sentence of the simulator, typeset. */
export function sentence(text: string): string {
  return typeset(text);
}

export function figureText(value: number | null, unit: FigureUnit, digits?: number): string {
  return value === null ? UNKNOWN : typeset(formatFigure(value, unit, digits));
}

/** A figure with the half-width of its interval: `711 ±24 ms`. */
export function intervalText(
  value: number | null,
  unit: FigureUnit,
  interval: Interval | undefined,
  digits?: number,
): string {
  return value === null ? UNKNOWN : typeset(formatWithInterval(value, unit, interval, digits));
}

/** A paired difference with its interval. */
export function differenceText(difference: number, unit: FigureUnit, interval: Interval | null): string {
  return typeset(formatDifference(difference, unit, interval));
}

export function countText(value: number): string {
  return fixed(value, 0);
}

/** Share in whole percent. */
export function percentText(share: number): string {
  return `${fixed(share * 100, 0)}${UNIT_SPACE}%`;
}

/** A tick of a time axis: `50 ms`, `2 s`. */
export function timeTickText(ms: number): string {
  return ms >= 1000 ? `${trim(ms / 1000)}${UNIT_SPACE}s` : `${trim(ms)}${UNIT_SPACE}ms`;
}

/** A tick of a money axis: as many decimals as the step between ticks needs. */
export function moneyTickText(usd: number, step: number): string {
  return `$${fixed(usd, Math.max(0, Math.min(4, Math.ceil(-Math.log10(step)))))}`;
}

/** A large amount by its order: `950`, `120 k`, `1.2 M`, `3.4 B`. */
export function amountText(amount: number): string {
  const order = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ].find(([least]) => Math.abs(amount) >= (least as number));
  if (order === undefined) return trim(amount);
  return `${trim(amount / (order[0] as number))}${UNIT_SPACE}${order[1]}`;
}

/** Dollars without cents from 100 on, grouped. */
export function dollarText(usd: number): string {
  return `$${fixed(usd, usd >= 100 || usd === 0 ? 0 : 2)}`;
}

export function gibText(bytes: number): string {
  return `${fixed(bytes / 2 ** 30, 0)}${UNIT_SPACE}GiB`;
}

export function wallTimeText(ms: number): string {
  return ms >= 1000 ? `${fixed(ms / 1000, 1)}${UNIT_SPACE}s` : `${fixed(ms, 0)}${UNIT_SPACE}ms`;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}
