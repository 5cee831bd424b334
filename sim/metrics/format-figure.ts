/**
 * Figures in words: three significant digits, or as many as the interval's width allows; ms below 1,000 and s above;
 * shares in percent; `-` where there is nothing. The same in terminal, page and sentences, in every locale.
 */
import type { FigureUnit } from './figures.ts';
import type { Interval } from './report.ts';

/** What stands for a figure that the run gave none of. */
export const NO_FIGURE = '-';

interface Scaled {
  readonly factor: number;
  readonly prefix: string;
  readonly suffix: string;
}

/** A figure with its unit, e.g. `711 ms`, `18.3 s`, `92.8 %`, `$22.00/h`. */
export function formatFigure(value: number | null, unit: FigureUnit, digits = 3): string {
  if (value === null) return NO_FIGURE;
  const { factor, prefix, suffix } = scaleOf(value, unit);
  const decimals = unit === 'usdPerHour' ? 2 : decimalsFor(value * factor, unit === 'count' ? 9 : digits);
  return withUnit(fixed(value * factor, unit === 'count' ? 0 : decimals), prefix, suffix);
}

/** A figure with the half-width of its interval, rounded by that width: `711 ±24 ms`. */
export function formatWithInterval(
  value: number | null,
  unit: FigureUnit,
  interval: Interval | null | undefined,
  digits = 3,
): string {
  const halfWidth = interval === null || interval === undefined ? 0 : (interval.high - interval.low) / 2;
  if (value === null || halfWidth <= 0) return formatFigure(value, unit, digits);
  const { factor, prefix, suffix } = scaleOf(value, unit);
  const decimals = decimalsByWidth(value * factor, halfWidth * factor, digits);
  const place = placeOf(halfWidth * factor);
  const text = (x: number): string => fixed(toPlace(x * factor, place), decimals);
  return withUnit(`${text(value)} ±${text(halfWidth)}`, prefix, suffix);
}

/** A difference with its interval: `-284 [-310, -255] ms`; shares in percentage points. */
export function formatDifference(difference: number, unit: FigureUnit, interval: Interval | null): string {
  const extent =
    interval === null ? Math.abs(difference) : Math.max(Math.abs(interval.low), Math.abs(interval.high));
  const { factor, prefix, suffix } = scaleOf(extent, unit);
  const halfWidth = interval === null ? 0 : (interval.high - interval.low) / 2;
  const decimals =
    halfWidth > 0
      ? decimalsClearOfZero(interval!, factor, digitsByWidth(extent * factor, halfWidth * factor, 3))
      : decimalsFor(difference * factor, 3);
  const place = interval === null ? 1 : placeClearOfZero(interval, factor, placeOf(halfWidth * factor));
  const signed = (x: number): string => `${x > 0 ? '+' : ''}${fixed(toPlace(x * factor, place), decimals)}`;
  const range =
    interval === null || halfWidth === 0 ? '' : ` [${signed(interval.low)}, ${signed(interval.high)}]`;
  return withUnit(`${signed(difference)}${range}`, prefix, suffix === ' %' ? ' pt' : suffix);
}

/** A number with `decimals` places and commas between thousands; never `-0`. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(Math.min(9, Math.max(0, decimals)));
  const isNegative = text.startsWith('-') && Number(text) !== 0;
  const [whole, fraction] = text.replace('-', '').split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${isNegative ? '-' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

function withUnit(number: string, prefix: string, suffix: string): string {
  const sign = /^[-+]/.test(number) ? number.charAt(0) : '';
  return `${sign}${prefix}${number.slice(sign.length)}${suffix}`;
}

function scaleOf(value: number, unit: FigureUnit): Scaled {
  switch (unit) {
    case 'ms':
      return Math.abs(value) >= 999.5
        ? { factor: 1e-3, prefix: '', suffix: ' s' }
        : { factor: 1, prefix: '', suffix: ' ms' };
    case 's':
      return { factor: 1, prefix: '', suffix: ' s' };
    case 'share':
      return { factor: 100, prefix: '', suffix: ' %' };
    case 'perS':
      return { factor: 1, prefix: '', suffix: ' /s' };
    case 'usdPerHour':
      return { factor: 1, prefix: '$', suffix: '/h' };
    case 'usdPerMTok':
      return { factor: 1, prefix: '$', suffix: '' };
    case 'kW':
      return { factor: 1, prefix: '', suffix: ' kW' };
    case 'joule':
      return { factor: 1, prefix: '', suffix: ' J' };
    case 'kg':
      return { factor: 1, prefix: '', suffix: ' kg' };
    case 'count':
      return { factor: 1, prefix: '', suffix: '' };
  }
}

/** What whole numbers are rounded to: hundreds and more where a half-width of thousands says nothing of tens; else 1. */
function placeOf(halfWidth: number): number {
  return halfWidth < 1000 ? 1 : 10 ** (Math.floor(Math.log10(halfWidth)) - 1);
}

/** Decimals that show `digits` significant digits; whole numbers are never cut. */
function decimalsFor(value: number, digits: number): number {
  if (value === 0) return 0;
  const magnitude = Math.max(-6, Math.floor(Math.log10(Math.abs(value)) + 1e-12));
  const decimals = Math.max(0, digits - 1 - magnitude);
  // 0.9996 rounds up to 1.00, which has a digit more in front.
  const isRoundedUp = Number(Math.abs(value).toFixed(Math.min(9, decimals))) >= 10 ** (magnitude + 1);
  return isRoundedUp ? Math.max(0, decimals - 1) : decimals;
}

/** Decimals that show two digits of the half-width, but no more digits of the value than asked. */
function digitsByWidth(value: number, halfWidth: number, digits: number): number {
  return Math.min(decimalsFor(halfWidth, 2), decimalsFor(value, digits));
}

/** The same, and at least one digit of the half-width, which is shown beside the value. */
function decimalsByWidth(value: number, halfWidth: number, digits: number): number {
  return Math.max(decimalsFor(halfWidth, 1), digitsByWidth(value, halfWidth, digits));
}

function toPlace(value: number, place: number): number {
  return place === 1 ? value : Math.round(value / place) * place;
}

/** Not where an end of the interval would be rounded to zero. */
function placeClearOfZero({ low, high }: Interval, factor: number, place: number): number {
  return [low, high].some((end) => Math.abs(end * factor) < place / 2) ? 1 : place;
}

/** As many more decimals as an interval that excludes zero needs to be seen doing so. */
function decimalsClearOfZero({ low, high }: Interval, factor: number, decimals: number): number {
  const nearest = low > 0 ? low : high < 0 ? high : 0;
  return nearest === 0 ? decimals : Math.max(decimals, decimalsFor(nearest * factor, 1));
}
