/**
 * Quantile-quantile plot of predictions against measurements, as SVG text: one panel per metric, both axes
 * logarithmic, one dot per rank of the sorted values, and the diagonal on which a perfect predictor lies.
 */
import type { CaseReport } from './validate.ts';

const PANELS = ['ttftMs.mean', 'ttftMs.p99', 'tpotMs.mean', 'e2eMs.mean', 'e2eMs.p99', 'outputTokensPerS'];
const COLUMNS = 3;
const SIZE = 240;
const MARGIN = 44;

/** The plot of all points of all cases. */
export function quantilePlot(reports: readonly CaseReport[]): string {
  const panels = PANELS.map((metric) => ({
    metric,
    points: reports.flatMap((r) => r.points.filter((p) => p.metric === metric && p.predicted > 0)),
  })).filter((panel) => panel.points.length > 1);
  const rows = Math.ceil(panels.length / COLUMNS);
  const step = SIZE + MARGIN + 16;
  const body = panels.map(({ metric, points }, i) => {
    const x = (i % COLUMNS) * step + MARGIN;
    const y = Math.floor(i / COLUMNS) * step + 24;
    return panel(metric, points, x, y);
  });
  const width = Math.min(panels.length, COLUMNS) * step + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${rows * step + 24}" ` +
      'font-family="sans-serif" font-size="11" role="img" aria-label="Predicted against measured quantiles">',
    '<rect width="100%" height="100%" fill="white"/>',
    ...body,
    '</svg>\n',
  ].join('\n');
}

function panel(
  metric: string,
  points: readonly { readonly measured: number; readonly predicted: number }[],
  left: number,
  top: number,
): string {
  const measured = points.map((p) => p.measured).sort((a, b) => a - b);
  const predicted = points.map((p) => p.predicted).sort((a, b) => a - b);
  const low = Math.floor(Math.log10(Math.min(measured[0]!, predicted[0]!)));
  const high = Math.ceil(Math.log10(Math.max(measured.at(-1)!, predicted.at(-1)!)));
  const span = Math.max(1, high - low);
  const along = (value: number): number => ((Math.log10(value) - low) / span) * SIZE;
  const parts = [
    `<text x="${left}" y="${top - 8}" font-weight="bold">${metric} (${points.length})</text>`,
    `<rect x="${left}" y="${top}" width="${SIZE}" height="${SIZE}" fill="none" stroke="#888"/>`,
    `<path d="M${left} ${top + SIZE}l${SIZE} ${-SIZE}" stroke="#888" stroke-dasharray="4 3"/>`,
  ];
  for (let decade = low; decade <= low + span; decade++) {
    const at = ((decade - low) / span) * SIZE;
    const label = decade >= 0 && decade < 6 ? String(10 ** decade) : `1e${decade}`;
    parts.push(
      `<text x="${(left + at).toFixed(1)}" y="${top + SIZE + 14}" text-anchor="middle">${label}</text>`,
      `<text x="${left - 5}" y="${(top + SIZE - at + 4).toFixed(1)}" text-anchor="end">${label}</text>`,
    );
  }
  parts.push(`<text x="${left}" y="${top + SIZE + 28}">measured, against predicted upwards</text>`);
  for (const [i, value] of measured.entries()) {
    const x = (left + along(value)).toFixed(1);
    const y = (top + SIZE - along(predicted[i]!)).toFixed(1);
    parts.push(`<circle cx="${x}" cy="${y}" r="2" fill="#1764ab" fill-opacity="0.5"/>`);
  }
  return parts.join('\n');
}
