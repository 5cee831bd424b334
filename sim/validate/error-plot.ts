/** Plot of absolute errors: for each metric the share of points within an error, as an SVG. */
import { SUMMARY_METRICS, type ValidationSummary } from './validation-summary.ts';

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 50;
const TOP = 16;
const RIGHT = 150;
const BOTTOM = 40;
/** Errors shown, percent: a decade and a half, logarithmic. */
const LEAST = 1;
const MOST = 100;
const COLOURS = ['#1764ab', '#b5500b', '#2a7f3b', '#7a3db8', '#8a6d00', '#a3244d'];

/** The plot of tiers 1 and 2. */
export function errorPlot(summary: ValidationSummary): string {
  const across = WIDTH - LEFT - RIGHT;
  const up = HEIGHT - TOP - BOTTOM;
  const x = (error: number): number =>
    LEFT + (across * Math.log(Math.min(MOST, Math.max(LEAST, error)) / LEAST)) / Math.log(MOST / LEAST);
  const y = (share: number): number => TOP + up * (1 - share);
  const lines = SUMMARY_METRICS.flatMap((metric, m) => {
    const errors = summary.quantiles[metric] ?? [];
    if (errors.length === 0) return [];
    const path = errors.map(
      (error, i) => `${i === 0 ? 'M' : 'L'}${x(error).toFixed(1)} ${y((i + 1) / errors.length).toFixed(1)}`,
    );
    const colour = COLOURS[m]!;
    const label = TOP + 14 + 18 * m;
    return [
      `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="1.8"/>`,
      `<text x="${WIDTH - RIGHT + 12}" y="${label}" fill="${colour}">${metric}</text>`,
    ];
  });
  const ticks = [1, 2, 5, 10, 20, 50, 100].map(
    (error) => `<text x="${x(error).toFixed(1)}" y="${TOP + up + 16}" text-anchor="middle">${error}</text>`,
  );
  const shares = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<path d="M${LEFT} ${y(share).toFixed(1)}h${across}" stroke="#ccc"/>` +
      `<text x="${LEFT - 6}" y="${(y(share) + 4).toFixed(1)}" text-anchor="end">${100 * share}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<title>Share of points within an absolute error, tiers 1 and 2</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...shares,
    ...ticks,
    `<text x="${LEFT + across / 2}" y="${HEIGHT - 6}" text-anchor="middle">absolute error, percent (share of points, percent, upwards)</text>`,
    ...lines,
    '</svg>',
  ].join('\n');
}
