/** Comment lines at the head of every exported file: who made it, from what, and what it does not say. */
import { Fnv1a64 } from '../../src/core/fnv1a64.ts';
import { utf8 } from '../../src/core/utf8.ts';
import { FIGURES, figureValue } from '../metrics/figures.ts';
import { formatWithInterval } from '../metrics/format-figure.ts';
import type { Report } from '../metrics/report.ts';
import { canonicalJson } from '../run/canonical.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { TOOL_VERSION } from '../run/version.ts';
import type { Scenario } from '../scenario/schema.ts';
import { oneLine } from './slug.ts';
import type { ExportSource } from './target.ts';

/** Figures that the header repeats. */
const SHOWN = ['ttftMs.p95', 'itlMs.p95', 'slo.goodputRps', 'cost.perHour'];

const VERDICTS = {
  meets: 'meets the SLO',
  fails: 'misses the SLO',
  cannotTell: 'cannot tell',
  none: 'no SLO',
};

/** Width of comment lines. */
const COLUMNS = 110;

/** 64-bit hash of a scenario as 16 hex digits: equal for equal documents, whatever the order of keys. */
export function scenarioHash(scenario: Scenario): string {
  const hash = new Fnv1a64();
  hash.bytes(utf8(canonicalJson(scenario)));
  const out = new Uint32Array(2);
  hash.write(out, 0);
  return [out[1]!, out[0]!].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** The head of a file, `#` in front of every line, one empty line at its end. */
export function header(source: ExportSource, gaps: readonly string[]): string {
  const { name, scenario, report } = source;
  const estimate = report === undefined ? source.estimate : figures(report);
  const lines = [
    `Made by Drydock ${TOOL_VERSION} (simulator ${ENGINE_DIGEST}) for ${JSON.stringify(name)}, scenario ${scenarioHash(scenario)}.`,
    `Simulated estimate${estimate === undefined ? '' : `: ${estimate}`}. Load-test before you rely on it.`,
  ];
  if (gaps.length > 0) lines.push('Not expressed here:', ...gaps.map((gap) => `- ${oneLine(gap)}`));
  return `${lines.map((line) => commented(line)).join('\n')}\n\n`;
}

function figures(report: Report): string {
  const shown = FIGURES.filter(({ path }) => SHOWN.includes(path) && figureValue(report, path) !== null).map(
    ({ path, label, unit, digits }) =>
      `${label} ${formatWithInterval(figureValue(report, path), unit, report.intervals[path], digits)}`,
  );
  return [...shown, VERDICTS[report.slo.verdict]].join(', ');
}

/** A line of prose as comment lines; further lines of a list item are indented. */
function commented(text: string): string {
  const indent = text.startsWith('- ') ? '  ' : '';
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    if (`${lines[last]} ${word}`.length > COLUMNS && lines[last] !== '#') lines.push(`# ${indent}${word}`);
    else lines[last] += ` ${word}`;
  }
  return lines.join('\n');
}
