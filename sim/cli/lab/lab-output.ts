/** A lab as CSV and as a page of its own. */
import { labBlocks } from '../../export/report/lab-tables.ts';
import type { LabFigure, LabReport } from '../../lab/lab-report.ts';
import { csv } from '../output.ts';

/** Every comparison, one a row, unrounded, values by seed at the end. */
export function labCsv(report: LabReport): string {
  const header = [
    ...['kind', 'policy', 'workload', 'load', 'metric', 'unit', 'mean', 'diff', 'low', 'high'],
    ...[
      'bca_low',
      'bca_high',
      'agree',
      'verdict',
      'corrected',
      'greyed',
      'wins',
      'ties',
      'losses',
      'effect',
      'p',
      'p_holm',
    ],
    ...report.seeds.map((seed) => `seed_${seed}`),
  ];
  const line = (one: LabFigure, kind: string): unknown[] => [
    ...[
      kind,
      one.policy,
      one.workload,
      one.load,
      one.metric,
      one.unit,
      one.mean,
      one.diff,
      one.low,
      one.high,
    ],
    ...[
      one.bcaLow,
      one.bcaHigh,
      one.agree,
      one.verdict,
      one.corrected,
      one.greyed,
      one.wins,
      one.ties,
      one.losses,
    ],
    ...[one.effect, one.p, one.pHolm, ...one.values],
  ];
  return csv(header, [
    ...report.cells.map((one) => line(one, 'cell')),
    ...report.null.map((one) => line(one, 'null')),
  ]);
}

/** A page without scripts; greyed rows are grey. */
export function labHtml(report: LabReport): string {
  const body = labBlocks(report).map((block) => {
    if (typeof block === 'string')
      return block
        .split('\n')
        .map((line) => `<p>${escaped(line)}</p>`)
        .join('\n');
    const cells = (row: readonly string[], tag: string): string =>
      row.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join('');
    const rows = block.rows.map((one) => {
      const style = one.some((text) => text.includes('(grey')) ? ' class="grey"' : '';
      return `<tr${style}>${cells(one, 'td')}</tr>`;
    });
    return `<h2>${escaped(block.title ?? '')}</h2>\n<table><tr>${cells(block.header, 'th')}</tr>\n${rows.join('\n')}\n</table>`;
  });
  const style =
    'body{font:15px/1.4 sans-serif;margin:2em}table{border-collapse:collapse}' +
    'td,th{padding:2px 10px;border-bottom:1px solid #ccc;text-align:left}.grey{color:#999}';
  const title = escaped(report.lab);
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${style}</style></head>\n` +
    `<body><h1>${title}</h1>\n${body.join('\n')}\n</body></html>\n`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
