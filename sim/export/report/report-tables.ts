/** A report as tables for a terminal (100 columns), the verdict last. */

import { checkLabel } from '../../compare/decision.ts';
import type { AssertionOutcome } from '../../metrics/assertion.ts';
import type { ClassedReport } from '../../metrics/build-report.ts';
import { FIGURES, type Figure, type FigureUnit, figureValue, findFigure } from '../../metrics/figures.ts';
import { fixed, formatFigure, formatWithInterval } from '../../metrics/format-figure.ts';
import type { LinkReport, Report, SloCheck, TierReport } from '../../metrics/report.ts';
import { isFloor } from '../../metrics/slo.ts';
import type { Table } from './table.ts';

/** What is printed: tables with lines of text between them. */
export type Block = Table | string;

const DISTRIBUTIONS = ['ttftMs', 'itlMs', 'tpotMs', 'e2eMs', 'queueMs', 'transferMs'] as const;
const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const;

/** Words of the verdicts. */
export const VERDICT_WORDS: Readonly<Record<Report['slo']['verdict'], string>> = {
  meets: 'meets',
  fails: 'fails',
  cannotTell: 'cannot tell',
  none: '-',
};

/** Everything about one report. */
export function reportBlocks(report: ClassedReport, outcomes: readonly AssertionOutcome[]): Block[] {
  const blocks: Block[] = [headline(report)];
  if (DISTRIBUTIONS.some((name) => report[name].n > 0)) blocks.push(distributionTable(report));
  blocks.push(figureTable(report));
  if (report.classes !== undefined) blocks.push(classTable('class', report.classes));
  if (report.tenants !== undefined) blocks.push(classTable('tenant', report.tenants));
  blocks.push(...costTables(report));
  blocks.push(poolTable(report));
  if (report.cache.tiers !== undefined) blocks.push(tierTable(report.cache.tiers));
  if (report.links !== undefined) blocks.push(linkTable(report.links));
  if (report.scaling !== undefined) blocks.push(scalingTable(report.scaling));
  blocks.push(remarkLines([{ letter: '', report }]).join('\n'));
  if (report.slo.checks.length > 0) blocks.push(checkTable(report));
  if (outcomes.length > 0) blocks.push(assertionTable(outcomes));
  blocks.push(verdictLine(report));
  return blocks;
}

/** Where step times and prices come from, and notes, each with the letters of the fleets that it is about. */
export function remarkLines(fleets: readonly { letter: string; report: Report }[]): string[] {
  const lines = new Map<string, string[]>();
  for (const { letter, report } of fleets) {
    for (const line of remarksOf(report)) lines.set(line, [...(lines.get(line) ?? []), letter]);
  }
  return [...lines].map(([line, letters]) =>
    letters.length === fleets.length ? line : `${letters.join(', ')}: ${line}`,
  );
}

function remarksOf(report: Report): string[] {
  return [
    ...report.provenance.map(
      ({ calibration, extrapolated }) =>
        `step times: ${calibration}${extrapolated ? ', extrapolated beyond what was measured' : ''}`,
    ),
    ...report.provenance.flatMap(({ notes }) => notes.map((note) => `step times: ${note}`)),
    ...report.cost.prices.map((price) => `price: ${price}`),
    ...energyRemark(report.energy),
    ...report.notes.map((note) => `note: ${note}`),
  ];
}

function energyRemark(energy: Report['energy']): string[] {
  if (energy === null || energy.assumptions.length === 0) return [];
  const { length } = energy.assumptions;
  return [
    `energy: an estimate; ${length} of 7 of its inputs are defaults (docs/planner.md; prices.energy sets them)`,
  ];
}

/** Who pays for what; nothing where all is one model's, class's and tenant's. */
function costTables({ cost }: Report): Table[] {
  const tables = [
    ['model', cost.byModel],
    ['class', cost.byClass],
    ['tenant', cost.byTenant],
  ] as const;
  return tables.flatMap(([name, shares]) =>
    shares === undefined
      ? []
      : [
          {
            header: [`cost by ${name}`, 'share', 'per hour', 'per 1M output tokens'],
            rows: shares.map((one) => [
              one.name,
              formatFigure(one.share, 'share'),
              formatFigure(one.perHour, 'usdPerHour'),
              formatFigure(one.per1MOutputTokens, 'usdPerMTok'),
            ]),
          },
        ],
  );
}

function headline(report: Report): string {
  const gpus = report.pools.map((pool) => `${Number(pool.gpus.toFixed(2))} x ${pool.gpu}`).join(' + ');
  const engines = [...new Set(report.pools.map((pool) => `${pool.model} on ${pool.engine}`))].join(', ');
  const seeds = report.seeds.length === 1 ? `seed ${report.seeds[0]}` : `seeds ${seedRange(report.seeds)}`;
  const lasted = formatFigure(report.durationS, 's', 4);
  const ideal = report.idealised === undefined ? '' : ` (IDEALISED: ${report.idealised.join(', ')})`;
  return `${report.scenario}${ideal}: ${gpus}, ${engines}; ${seeds}, ${lasted} simulated, run ${report.fingerprint}`;
}

/** `1-5` for consecutive seeds. */
export function seedRange(seeds: readonly number[]): string {
  return seeds.length === 1 ? String(seeds[0]) : `${seeds[0]}-${seeds.at(-1)}`;
}

function distributionTable(report: Report): Table {
  return {
    header: ['', ...STATISTICS, 'n'],
    rows: DISTRIBUTIONS.filter((name) => report[name].n > 0).map((name) => [
      distributionLabel(name),
      ...STATISTICS.map((statistic) => formatFigure(report[name][statistic], 'ms')),
      formatFigure(report[name].n, 'count'),
    ]),
  };
}

function distributionLabel(name: (typeof DISTRIBUTIONS)[number]): string {
  return findFigure(`${name}.mean`)!.label.replace(/ mean$/, '');
}

/** Figures that are a single number; unhappy ends only where there are some. */
function figureTable(report: Report): Table {
  const rows: string[][] = [];
  for (const figure of FIGURES) {
    const value = figureValue(report, figure.path);
    if (/^(durationS|.*Ms\..*)$/.test(figure.path) || value === null) continue;
    if (/^arrivalWindow\.(requests|.*Tokens)PerS$/.test(figure.path)) continue;
    if (figure.path.startsWith('counts.') && value === 0 && figure.path !== 'counts.completed') continue;
    rows.push([figureLabel(figure), formatWithInterval(value, figure.unit, report.intervals[figure.path])]);
  }
  return { header: ['', ''], rows };
}

/** Label with the word that its unit leaves out. */
export function figureLabel(figure: Figure): string {
  return figure.unit === 'usdPerMTok' ? `cost ${figure.label}` : figure.label;
}

/** Rows of the scaling table before the rest is left to the JSON report. */
const SCALING_ROWS = 12;

function scalingTable(scaling: NonNullable<Report['scaling']>): Table {
  const rows = scaling
    .slice(0, SCALING_ROWS)
    .map(({ seed, atS, pool, replicas }) => [
      `scaling, seed ${seed}`,
      formatFigure(atS, 's', 4),
      pool,
      String(replicas),
    ]);
  const more = scaling.length - rows.length;
  if (more > 0) rows.push([`and ${more} more (--format json)`, '', '', '']);
  return { header: ['', 'at', 'pool', 'replicas'], rows };
}

function classTable(what: string, classes: NonNullable<ClassedReport['classes']>): Table {
  return {
    header: [what, 'arrived', 'completed', 'TTFT p50', 'TTFT p95', 'TPOT p95', 'E2E p95', 'within SLO'],
    rows: classes.map((one) => [
      one.name,
      formatFigure(one.arrived, 'count'),
      formatFigure(one.completed, 'count'),
      formatFigure(one.ttftMs.p50, 'ms'),
      formatFigure(one.ttftMs.p95, 'ms'),
      formatFigure(one.tpotMs.p95, 'ms'),
      formatFigure(one.e2eMs.p95, 'ms'),
      formatFigure(one.attainment, 'share'),
    ]),
  };
}

function poolTable(report: Report): Table {
  return {
    header: [
      'pool',
      'role',
      'GPUs',
      'prefill',
      'decode',
      'transfer',
      'idle',
      'KV mean',
      'KV max',
      'KV blocks',
    ],
    textColumns: [1],
    rows: report.pools.map((pool) => [
      pool.name,
      pool.role,
      String(Number(pool.gpus.toFixed(2))),
      percent(pool.busy.prefill),
      percent(pool.busy.decode),
      percent(pool.busy.transfer),
      percent(pool.busy.idle),
      percent(pool.kv.mean),
      percent(pool.kv.max),
      formatFigure(pool.kvBlocks, 'count'),
    ]),
  };
}

const percent = (share: number): string => `${fixed(share * 100, 1)} %`;
const gigabytes = (bytes: number): string => `${fixed(bytes / 1e9, 1)} GB`;

function tierTable(tiers: readonly TierReport[]): Table {
  return {
    header: ['KV tier', 'hits', 'loaded', 'stored'],
    rows: tiers.map((tier) => [
      tier.kind,
      percent(tier.hitRate),
      tier.kind === 'gpu' ? '' : gigabytes(tier.loadedBytes),
      tier.kind === 'gpu' ? '' : gigabytes(tier.storedBytes),
    ]),
  };
}

function linkTable(links: readonly LinkReport[]): Table {
  return {
    header: ['link', 'links', 'GB/s each', 'carried', 'use mean', 'use max'],
    rows: links.map((link) => [
      link.name,
      fixed(link.links, 0),
      fixed(link.GBps, 1),
      gigabytes(link.bytes),
      percent(link.utilisation.mean),
      percent(link.utilisation.max),
    ]),
  };
}

function checkTable(report: Report): Table {
  return {
    header: ['SLO', 'limit', 'value', 'verdict'],
    textColumns: [3],
    rows: report.slo.checks.map((check) => [
      checkLabel(check.metric),
      checkLimit(check),
      formatWithInterval(check.value, checkUnit(check), report.intervals[check.metric]),
      VERDICT_WORDS[check.verdict],
    ]),
  };
}

function checkUnit(check: SloCheck): FigureUnit {
  return isFloor(check.metric) ? 'share' : 'ms';
}

function checkLimit(check: SloCheck): string {
  const sign = isFloor(check.metric) ? '>=' : '<=';
  return `${sign} ${formatFigure(check.limit, checkUnit(check))}`;
}

function assertionTable(outcomes: readonly AssertionOutcome[]): Table {
  return {
    header: ['assert', 'value', 'verdict'],
    textColumns: [2],
    rows: outcomes.map(({ assertion, value, verdict }) => [
      assertion.text,
      formatFigure(value, assertion.figure.unit),
      VERDICT_WORDS[verdict],
    ]),
  };
}

/** The verdict in a sentence. */
export function verdictLine(report: Report): string {
  const words = {
    meets: 'The fleet meets the SLO.',
    fails: 'The fleet fails the SLO.',
    cannotTell: 'Cannot tell whether the fleet meets the SLO: more seeds or a longer run would.',
    none: 'No SLO was given.',
  } as const;
  return words[report.slo.verdict];
}
