/**
 * The gate's effects as a plot for the HTML report: each figure's interval in units of what is allowed, worse to the right.
 * The band is the tolerance. Its table says the same in numbers.
 */

import { escaped } from '../export/report/html.ts';
import type { GateReport, GateRow } from '../gate/gate.ts';
import { findFigure } from '../metrics/figures.ts';

const WIDTH = 720;
const LABELS = 220;
const ROW = 26;
const TOP = 30;
/** Effects beyond so many tolerances are drawn at the edge, with an arrow. */
const EDGE = 4;

const CLASSES = { passes: 'good', regression: 'bad', inconclusive: 'open' } as const;

/** SVG; empty where no figure may worsen at all, so that there is no scale. */
export function gatePlot({ rows }: GateReport): string {
  const drawn = rows.filter((row) => row.allowed > 0);
  if (drawn.length === 0) return '';
  const height = TOP + drawn.length * ROW + 8;
  const x = (units: number): number =>
    LABELS + ((Math.max(-EDGE, Math.min(EDGE, units)) + EDGE) / (2 * EDGE)) * (WIDTH - LABELS - 10);
  const scale = [-EDGE, -1, 0, 1, EDGE].map(
    (units) =>
      `<text class="soft" x="${x(units)}" y="14" text-anchor="middle" font-size="12">${units === 0 ? '0' : `${Math.abs(units)}×`}</text>`,
  );
  const body = drawn.map((row, i) => rowSvg(row, x, TOP + i * ROW + ROW / 2));
  return `<h2>Effects in units of what is allowed: better to the left, worse to the right</h2>
<div class="wide"><svg class="plot" role="img" aria-label="Effect of each figure with its interval; the table above has the numbers" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<rect class="band" x="${x(-1)}" y="${TOP - 8}" width="${x(1) - x(-1)}" height="${height - TOP}"/>
<line class="rule" x1="${x(0)}" x2="${x(0)}" y1="${TOP - 8}" y2="${height - 8}"/>
${scale.join('\n')}
${body.join('\n')}
</svg></div>`;
}

function rowSvg(row: GateRow, x: (units: number) => number, y: number): string {
  const figure = findFigure(row.metric)!;
  const sign = figure.better === 'higher' ? -1 : 1;
  const units = (value: number): number => (sign * value) / row.allowed;
  const ends = row.interval === null ? [row.effect, row.effect] : [row.interval.low, row.interval.high];
  const [low, high] = ends.map(units).sort((a, b) => a - b) as [number, number];
  const name = `${figure.label}${row.subject === '' ? '' : `, ${row.subject}`}`;
  return `<g class="${CLASSES[row.verdict]}"><text class="ink" x="0" y="${y + 4}" font-size="13">${escaped(name)}</text>
<line class="mark" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>
${mark(units(row.effect), x, y)}<title>${escaped(name)}: ${row.verdict}</title></g>`;
}

/** A dot; an arrow head where the effect is beyond the edge. */
function mark(units: number, x: (units: number) => number, y: number): string {
  if (Math.abs(units) <= EDGE) return `<circle cx="${x(units)}" cy="${y}" r="4"/>`;
  const tip = x(units);
  const back = tip - 10 * Math.sign(units);
  return `<polygon points="${tip},${y} ${back},${y - 5} ${back},${y + 5}"/>`;
}
