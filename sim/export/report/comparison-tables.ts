/** A comparison as tables for a terminal (100 columns): figures by fleet, paired differences, the decision last. */
import type { ComparisonReport, WorkloadComparison } from '../../compare/comparison-report.ts';
import { FIGURES, type Figure, figureValue, findFigure } from '../../metrics/figures.ts';
import { formatDifference, formatFigure, formatWithInterval } from '../../metrics/format-figure.ts';
import type { PoolReport } from '../../metrics/report.ts';
import { type Block, figureLabel, remarkLines, seedRange, VERDICT_WORDS } from './report-tables.ts';
import { type Table, TERMINAL_COLUMNS, textTable } from './table.ts';

/** Figures that the tables show unless all are asked for; the JSON has every one. */
const SHOWN = [
  'ttftMs.p50',
  'ttftMs.p95',
  'ttftMs.p99',
  'itlMs.p50',
  'itlMs.p95',
  'itlMs.p99',
  'e2eMs.p95',
  'queueMs.p95',
  'transferMs.p95',
  'slo.attainment',
  'slo.goodputRps',
  'throughput.requestsPerS',
  'throughput.outputTokensPerS',
  'cache.hitRate',
  'counts.completed',
  'counts.rejected',
  'counts.failed',
  'counts.expired',
  'counts.inFlight',
  'counts.preemptions',
  'cost.per1MOutputTokens',
];

const VERDICTS = {
  lower: 'lower',
  higher: 'higher',
  noDifferenceShown: 'no difference shown',
  cannotTell: 'cannot tell',
} as const;

/** Everything about a comparison. */
export function comparisonBlocks(report: ComparisonReport): Block[] {
  const several = report.workloads.length > 1;
  const byWorkload = report.workloads.flatMap((workload) => {
    const blocks: Block[] = [headline(report, workload), fleetTable(workload), valueTable(workload)];
    if (report.seeds.length > 1) {
      for (const fleet of workload.fleets.slice(1))
        blocks.push(differenceTable(workload, fleet.name, report));
    }
    const remarks = remarkLines(workload.fleets);
    if (remarks.length > 0) blocks.push(remarks.join('\n'));
    blocks.push(several ? `${workload.workload}: ${workload.sentence}` : workload.sentence);
    return blocks;
  });
  return several ? [...byWorkload, report.sentence] : byWorkload;
}

function headline(report: ComparisonReport, workload: WorkloadComparison): string {
  const arrived = workload.fleets[0]!.report.counts.arrived;
  const seeds = report.seeds.length === 1 ? 'seed' : 'seeds';
  return (
    `${report.comparison} / ${workload.workload}: ${formatFigure(arrived, 'count')} requests a fleet, ` +
    `${seeds} ${seedRange(report.seeds)}`
  );
}

function fleetTable(workload: WorkloadComparison): Table {
  return {
    header: ['fleet', 'name', 'GPUs', 'pools', 'cost', 'SLO'],
    textColumns: [1, 3, 5],
    rows: workload.fleets.map(({ letter, name, gpus, report }) => [
      letter,
      name,
      String(gpus),
      poolWords(report.pools),
      formatFigure(report.cost.perHour, 'usdPerHour'),
      VERDICT_WORDS[report.slo.verdict],
    ]),
  };
}

/** `4P + 4D h100-sxm`, or `8 h100-sxm`: replicas by role. */
function poolWords(pools: readonly PoolReport[]): string {
  const letters: Readonly<Record<string, string>> = { prefill: 'P', decode: 'D' };
  const parts = pools.map((pool) => `${Number(pool.replicas.toFixed(1))}${letters[pool.role] ?? ''}`);
  const gpus = [...new Set(pools.map((pool) => pool.gpu))];
  return gpus.length === 1
    ? `${parts.join(' + ')} ${gpus[0]}`
    : pools.map((pool, i) => `${parts[i]} ${pool.gpu}`).join(' + ');
}

function shownFigures(workload: WorkloadComparison): Figure[] {
  const checked = workload.fleets[0]!.report.slo.checks.map((check) => check.metric);
  return FIGURES.filter(({ path, unit }) => {
    if (!SHOWN.includes(path) && !checked.includes(path)) return false;
    const values = workload.fleets.map((fleet) => figureValue(fleet.report, path));
    const isEmpty = values.every((value) => value === null || (unit === 'count' && value === 0));
    return !isEmpty;
  });
}

/** Figures with half-widths of their intervals; without them where the table would be too wide for a terminal. */
function valueTable(workload: WorkloadComparison): Table {
  const table = valueTableWith(workload, true);
  return textTable(table).indexOf('\n') <= TERMINAL_COLUMNS ? table : valueTableWith(workload, false);
}

function valueTableWith(workload: WorkloadComparison, hasIntervals: boolean): Table {
  return {
    header: ['', ...workload.fleets.map((fleet) => fleet.letter)],
    rows: shownFigures(workload).map((figure) => [
      figureLabel(figure),
      ...workload.fleets.map(({ report }) => {
        const value = figureValue(report, figure.path);
        const interval = hasIntervals ? report.intervals[figure.path] : null;
        return formatWithInterval(value, figure.unit, interval, figure.digits);
      }),
    ]),
  };
}

function differenceTable(workload: WorkloadComparison, fleet: string, report: ComparisonReport): Table {
  const letterOf = (name: string): string => workload.fleets.find((one) => one.name === name)!.letter;
  const paths = shownFigures(workload).map((figure) => figure.path);
  const shown = workload.differences.filter(
    (d) => d.fleet === fleet && d.difference !== null && paths.includes(d.figure),
  );
  const pair = `${letterOf(fleet)} - ${letterOf(workload.fleets[0]!.name)}`;
  return {
    title: `${pair}, paired over ${report.seeds.length} seeds, 95 % intervals`,
    header: ['', pair, '', ''],
    textColumns: [2, 3],
    rows: shown.map(({ figure: path, difference, interval, verdict, better }) => {
      const figure = findFigure(path)!;
      return [
        figureLabel(figure),
        formatDifference(difference!, figure.unit, interval),
        VERDICTS[verdict],
        better === null ? '' : better ? 'better' : 'worse',
      ];
    }),
  };
}
