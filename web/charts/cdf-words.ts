/** What a distribution chart says below its drawing, at its axis and in its table. */
import { figureText, percentText, timeTickText } from '../format.ts';
import { bandHalfWidth, type CdfLine, quantileMs, shareWithin } from './cdf-data.ts';

export function percentileName(share: number): string {
  return `p${Math.round(share * 100)}`;
}

export function markedText(lines: readonly CdfLine[], share: number | undefined): string {
  if (share === undefined) return '';
  const times = lines.map(({ letter, curve }) => {
    const ms = quantileMs(curve, share);
    return `${letter} ${ms === null ? '\u2014' : timeTickText(ms)}`;
  });
  return `${percentileName(share)}, seeds pooled: ${times.join(', ')}`;
}

/** What is said while nothing is read: the share inside the SLO. */
export function withinText(lines: readonly CdfLine[], limitMs: number | null): string {
  if (limitMs === null) return '';
  const shares = lines.map(({ letter, curve }) => `${letter} ${percentOrDash(shareWithin(curve, limitMs))}`);
  return `Within the SLO of ${timeTickText(limitMs)}: ${shares.join(', ')}`;
}

/** What the bands are, with their half-width where it is one for all. */
export function bandText(lines: readonly CdfLine[], of: string): string {
  const widths = lines.map(({ curve }) => figureText(bandHalfWidth(curve.n) * 100, 'count', 2));
  const width = new Set(widths).size === 1 ? `, ±${widths[0]} points` : '';
  return `Bands hold the whole curve with 95 % confidence (Dvoretzky, Kiefer, Wolfowitz)${width}, as if ${of} were independent, which those that queue together are not.`;
}

/** A tick of the share axis; the last nines have a decimal. */
export function shareText(share: number): string {
  return share > 0.99 && share < 1 ? figureText(share, 'share', 3) : percentText(share);
}

export function percentOrDash(share: number | null): string {
  return share === null ? '\u2014' : figureText(share, 'share');
}

export function twinRow(lines: readonly CdfLine[], quantile: number): string[] {
  const values = lines.map(({ curve }) => quantileMs(curve, quantile));
  return [shareText(quantile), ...values.map((ms) => (ms === null ? '\u2014' : timeTickText(ms)))];
}
