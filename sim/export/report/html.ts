/**
 * Tables and lines as one HTML file that stands by itself: no script, no request to anywhere (its policy forbids them), light
 * and dark by the reader's setting, printable. Texts of users are escaped.
 */
import { ENGINE_DIGEST } from '../../run/engine-digest.ts';
import { TOOL_VERSION } from '../../run/version.ts';
import type { Block } from './report-tables.ts';
import type { Table } from './table.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0; --paper: #fff; --band: #f6f8fa;
  --good: #116329; --bad: #a40e26; --open: #7a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaef; --soft: #9aa5b1; --line: #3b434d; --paper: #14181d;
  --band: #1c2229; --good: #56d364; --bad: #ff8182; --open: #e3b341; } }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p { margin: .75rem 0; max-width: 48rem; overflow-wrap: anywhere; white-space: pre-line; }
p.answer { font-size: 1.1rem; font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0 1.25rem; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
th.text, td.text { text-align: left; }
td.prose { white-space: normal; min-width: 16rem; }
tbody tr:hover { background: var(--band); }
svg.plot .band { fill: var(--band); stroke: var(--line); } svg.plot .rule { stroke: var(--soft); } svg.plot .mark { stroke: currentColor; stroke-width: 2; }
svg.plot text, svg.plot circle, svg.plot polygon { fill: currentColor; } svg.plot .soft { fill: var(--soft); } svg.plot .ink { fill: var(--ink); font-weight: 400; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 0 2rem; }
figure.wide-chart { grid-column: 1 / -1; }
figure { margin: 0 0 1.5rem; min-width: 0; } figure svg { display: block; max-width: 100%; height: auto; font: 12px/16px system-ui, sans-serif; }
figcaption { font-weight: 600; margin: 1.5rem 0 .5rem; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .open { color: var(--open); font-weight: 600; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; color: var(--soft); font-size: .85rem; }
@media print { body { max-width: none; padding: 0; } .wide { overflow: visible; } }
`;

/** Words that carry a verdict, and how they are shown. */
const VERDICTS: Readonly<Record<string, string>> = {
  meets: 'good',
  passes: 'good',
  better: 'good',
  fails: 'bad',
  regression: 'bad',
  'cannot tell': 'open',
  inconclusive: 'open',
};

/** Cells of more characters may wrap. */
const PROSE = 48;

/** What a report may have beside its tables: SVG of ours, drawn last, and an address under which it is alive. */
export interface ReportExtras {
  readonly plot?: string;
  readonly address?: string;
}

/** The file; the answer, a sentence, stands first. */
export function htmlReport(
  title: string,
  answer: string | undefined,
  blocks: readonly Block[],
  { plot = '', address }: ReportExtras = {},
): string {
  // Charts that were canvases are images inside the file.
  const images = plot.includes('href="data:image/') ? 'img-src data:; ' : '';
  const body = blocks
    .map((block) => (typeof block === 'string' ? paragraphs(block) : tableHtml(block)))
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${images}style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${answer === undefined ? '' : `<p class="answer">${escaped(answer.trim())}</p>\n`}${body}
${plot}
</main>
<footer>Drydock ${escaped(TOOL_VERSION)}, simulator ${escaped(ENGINE_DIGEST)}. Simulated estimates: load-test before you rely on them.${address === undefined ? '' : ` <a href="${escaped(address)}">The page with these documents</a>.`}</footer>
</body>
</html>
`;
}

function paragraphs(text: string): string {
  return text.trim() === '' ? '' : `<p>${escaped(text.trim())}</p>`;
}

function tableHtml(table: Table): string {
  const isText = (column: number): boolean => column === 0 || (table.textColumns?.includes(column) ?? false);
  const headings = table.header.map((text, i) =>
    text === '' ? '<td></td>' : `<th scope="col"${isText(i) ? ' class="text"' : ''}>${escaped(text)}</th>`,
  );
  const head = table.header.every((text) => text === '')
    ? ''
    : `<thead><tr>${headings.join('')}</tr></thead>\n`;
  const rows = table.rows.map(
    (row) => `<tr>${row.map((text, i) => cellHtml(text, isText(i))).join('')}</tr>`,
  );
  const title = table.title === undefined ? '' : `<h2>${escaped(table.title)}</h2>\n`;
  return `${title}<div class="wide"><table>\n${head}<tbody>\n${rows.join('\n')}\n</tbody>\n</table></div>`;
}

function cellHtml(text: string, isText: boolean): string {
  const classes = [isText ? 'text' : '', text.length > PROSE ? 'prose' : '', VERDICTS[text] ?? ''];
  const names = classes.filter((name) => name !== '').join(' ');
  return `<td${names === '' ? '' : ` class="${names}"`}>${escaped(text)}</td>`;
}

/** Text as HTML text. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
