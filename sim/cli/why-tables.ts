/** The answer to why, as tables for a terminal or Markdown, and as CSV. */
import { checkLabel } from '../compare/decision.ts';
import { attributionTables } from '../export/report/attribution-tables.ts';
import type { Block } from '../export/report/report-tables.ts';
import type { Table } from '../export/report/table.ts';
import { type FigureUnit, findFigure } from '../metrics/figures.ts';
import { formatDifference, formatFigure } from '../metrics/format-figure.ts';
import { boundWords } from '../why/changes.ts';
import type {
  ChangeReport,
  FlipReport,
  PairedDifference,
  StepReport,
  TornadoBar,
  WhyReport,
} from '../why/report.ts';
import { csv } from './output.ts';

/** Everything, the phases first. */
export function whyBlocks(report: WhyReport): Block[] {
  const blocks: Block[] = [headline(report)];
  for (const { fleet, attribution } of report.fleets) {
    if (report.fleets.length > 1) blocks.push(fleet);
    blocks.push(...attributionTables(attribution));
  }
  const changes = report.changes.filter((one) => one.kind === 'change' && one.status === 'done');
  const bounds = report.changes.filter((one) => one.kind === 'bound' && one.status === 'done');
  if (changes.length > 0) blocks.push(changeTable('What a single change would do', changes, report));
  if (bounds.length > 0) {
    blocks.push(changeTable('Upper bounds: what a perfect part would do (cannot be built)', bounds, report));
    blocks.push(bounds.flatMap(({ name }) => boundLine(name)).join('\n'));
  }
  const invalid = report.changes.filter((one) => one.status === 'invalid');
  if (invalid.length > 0) {
    blocks.push(invalid.map(({ name, reason }) => `cannot be run: ${name}: ${reason}`).join('\n'));
  }
  if (report.tornado.length > 0) blocks.push(tornadoTable(report));
  if (report.flips.length > 0) blocks.push(flipLines(report));
  blocks.push(report.notes.map((note) => `note: ${note}`).join('\n'));
  return blocks;
}

function headline({ scenario, metric, fleets, seeds, decision }: WhyReport): string {
  const values = fleets.map(({ fleet, figures }) => {
    const value = formatFigure(figures[metric] ?? null, unitOf(metric));
    return fleets.length > 1 ? `${fleet} ${value}` : value;
  });
  const words = fleets.length > 1 ? `decision: ${decision}` : `the fleet ${decision} the SLO`;
  return `${scenario}: ${checkLabel(metric)} ${values.join(', ')} over seeds ${seeds.join(', ')}; ${words}`;
}

function unitOf(metric: string): FigureUnit {
  return findFigure(metric)?.unit ?? 'ms';
}

function boundLine(name: string): string[] {
  const words = boundWords(name);
  return words === undefined ? [] : [`${name}: ${words}`];
}

function changeTable(title: string, changes: readonly ChangeReport[], { metric }: WhyReport): Table {
  const further = ['slo.attainment', 'throughput.outputTokensPerS', 'cost.perHour'].filter(
    (path) => path !== metric && changes.some(({ figures }) => (figures[path]?.difference ?? null) !== null),
  );
  const columns = [metric, ...further];
  return {
    title,
    header: ['', checkLabel(metric), 'difference', ...further.map((path) => checkLabel(path))],
    rows: changes.map(({ name, figures }) => [
      name,
      formatFigure(figures[metric]?.value ?? null, unitOf(metric)),
      ...columns.map((path) => differenceText(figures[path], path)),
    ]),
  };
}

function differenceText(of: PairedDifference | undefined, path: string): string {
  if (of === undefined || of.difference === null) return '-';
  if (of.difference === 0) return '0';
  const { difference, interval } = of;
  const isExact = interval !== null && interval.high - interval.low < 1e-9 * Math.abs(difference);
  return formatDifference(difference, unitOf(path), isExact ? null : interval);
}

function tornadoTable({ tornado, tornadoOf, metric, fleets }: WhyReport): Table {
  const of = fleets.length > 1 ? ` of ${tornadoOf}` : '';
  return {
    title: `How far each input carries ${checkLabel(metric)}${of} (largest first)`,
    header: ['input', 'by', 'at the low end', 'at the high end'],
    rows: tornado.map((bar) => [
      bar.label,
      errorText(bar),
      endText(bar.low, metric),
      endText(bar.high, metric),
    ]),
  };
}

/** `±20 %`, or the values of a setting: `4 <- 8 -> 16`. */
function errorText({ error, steps }: TornadoBar): string {
  if (steps === undefined || error !== null) return `±${Math.round((error ?? 0) * 100)} %`;
  const low = steps.low === null ? '' : `${steps.low} <- `;
  const high = steps.high === null ? '' : ` -> ${steps.high}`;
  return `${low}${steps.now}${high}`;
}

function endText(end: TornadoBar['low'], metric: string): string {
  return end.value === null
    ? '-'
    : `${formatFigure(end.value, unitOf(metric))} (${differenceText(end, metric)})`;
}

function flipLines({ flips, steps, decision, fleets }: WhyReport): string {
  const lead = fleets.length > 1 ? `It stays with "${decision}"` : `The fleet ${decision} the SLO`;
  return [
    `${lead} until:`,
    ...flips.map((one) => `  ${one.label}: ${sideWords(one.down)}; ${sideWords(one.up, 'up')}${same(one)}`),
    ...steps.flatMap((one) => stepLine(one, fleets.length > 1)),
  ].join('\n');
}

/** Only settings at which something changes: each fleet has several. */
function stepLine({ fleet, label, now, down, up }: StepReport, hasSeveral: boolean): string[] {
  const ways = [down, up].flatMap((flip) => (flip === null ? [] : [`${flip.value} -> ${flip.decision}`]));
  const of = hasSeveral ? `${fleet}: ` : '';
  return ways.length === 0 ? [] : [`  ${of}${label}, now ${now}: ${ways.join('; ')}`];
}

function sideWords(flip: FlipReport['up'], side: 'up' | 'down' = 'down'): string {
  if (flip === null) return `no change on the way ${side}`;
  return `x${flip.factor.toFixed(2)} -> ${flip.decision}`;
}

function same({ up, down }: FlipReport): string {
  return up === null && down === null ? ' (as far as was looked)' : '';
}

/** One line per change, input end and flip, unrounded. */
export function whyCsv(report: WhyReport): string {
  const line = (part: string, name: string, figure: string, of: PairedDifference): unknown[] => [
    ...[part, name, figure, of.value, of.difference, of.interval?.low, of.interval?.high],
  ];
  const rows = [
    ...report.fleets.flatMap(({ fleet, attribution }) =>
      (['ttftMs', 'e2eMs'] as const).flatMap((of) =>
        attribution[of].flatMap(({ band, parts }) =>
          Object.entries(parts).map(([phase, ms]) => [`phase ${of} ${band}`, fleet, phase, ms, '', '', '']),
        ),
      ),
    ),
    ...report.changes.flatMap(({ kind, name, figures }) =>
      Object.entries(figures).map(([path, of]) => line(kind, name, path, of)),
    ),
    ...report.tornado.flatMap((bar) =>
      tornadoEnds(bar).map(([name, of]) => line('tornado', name, report.metric, of)),
    ),
    ...report.flips.flatMap(({ input, up, down }) =>
      [down, up].flatMap((flip) =>
        flip === null ? [] : [['flip', input, flip.decision, flip.factor, '', flip.holdsTo, '']],
      ),
    ),
    ...report.steps.flatMap(({ input, fleet, up, down }) =>
      [down, up].flatMap((flip) =>
        flip === null
          ? []
          : [['step flip', `${fleet}: ${input}`, flip.decision, flip.value, '', flip.holdsTo, '']],
      ),
    ),
  ];
  return csv(['part', 'name', 'figure', 'value', 'difference', 'low', 'high'], rows);
}

/** Ends of a bar by name: `load x0.8`, `tp 2`. */
function tornadoEnds({ input, error, steps, low, high }: TornadoBar): [string, PairedDifference][] {
  if (steps === undefined)
    return [
      [`${input} x${1 - (error ?? 0)}`, low],
      [`${input} x${1 + (error ?? 0)}`, high],
    ];
  return [
    ...(steps.low === null ? [] : [[`${input} ${steps.low}`, low] as [string, PairedDifference]]),
    ...(steps.high === null ? [] : [[`${input} ${steps.high}`, high] as [string, PairedDifference]]),
  ];
}
