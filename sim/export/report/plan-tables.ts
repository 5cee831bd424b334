/** A plan's answer as tables for a terminal or Markdown. */
import { checkLabel } from '../../compare/decision.ts';
import { findFigure } from '../../metrics/figures.ts';
import { formatFigure, formatWithInterval } from '../../metrics/format-figure.ts';
import type { Candidate, Metric, PlanReport, Rejected } from '../../planner/report.ts';
import type { Block } from './report-tables.ts';
import type { Table } from './table.ts';

/** Everything about one plan, the answer first. */
export function planBlocks(report: PlanReport): Block[] {
  const blocks: Block[] = [stageTable(report)];
  if (report.candidates.length > 0) {
    blocks.push(candidateTable(report), costTable(report));
  } else {
    blocks.push('No fleet of this plan is shown to meet the SLO.');
    if (report.nearestMisses.length > 0) blocks.push(missTable(report.nearestMisses));
    blocks.push(
      report.relaxations.length === 0
        ? 'No change of a single constraint that was tried makes it feasible.'
        : report.relaxations.map(({ detail }) => `relax: ${detail}`).join('\n'),
    );
  }
  blocks.push(reasonTable(report.rejected), report.notes.map((note) => `note: ${note}`).join('\n'));
  return blocks;
}

/** The answer in a sentence. */
export function planSentence({ candidates }: PlanReport): string {
  const [best] = candidates;
  if (best === undefined) return 'No fleet of this plan is shown to meet the SLO.';
  const cost = best.costPerHour === null ? '' : `, ${formatFigure(best.costPerHour, 'usdPerHour')}`;
  return `${best.fleet}: the cheapest fleet that is shown to meet the SLO (${best.gpus} GPUs${cost}).`;
}

function stageTable({ plan, stages }: PlanReport): Table {
  return {
    title: `Plan ${plan}`,
    header: ['stage', 'in', 'out', 'took'],
    rows: stages.map((stage) => [
      stage.name,
      String(stage.in),
      String(stage.out),
      formatFigure(stage.wallMs, 'ms'),
    ]),
  };
}

function candidateTable({ candidates }: PlanReport): Table {
  const metrics = candidates[0]!.metrics.map(({ metric }) => checkLabel(metric));
  return {
    header: ['rank', 'fleet', 'GPUs', 'cost', ...metrics, 'P(meets)'],
    textColumns: [1],
    rows: candidates.map((one) => [
      String(one.rank),
      one.fleet,
      String(one.gpus),
      formatFigure(one.costPerHour, 'usdPerHour'),
      ...one.metrics.map(metricText),
      formatFigure(one.probabilityMeets, 'share'),
    ]),
  };
}

function costTable({ candidates }: PlanReport): Table {
  return {
    header: ['fleet', 'GPUs', '$/1M in', '$/1M out', 'power', 'knee', 'head-room', 'binds', 'busiest'],
    textColumns: [1, 7, 8],
    rows: candidates.map((one) => [
      one.fleet,
      one.arithmetic,
      formatFigure(one.costPer1MInputTokens, 'usdPerMTok'),
      formatFigure(one.costPer1MOutputTokens, 'usdPerMTok'),
      formatFigure(one.kW, 'kW'),
      kneeText(one),
      one.headroom === null ? '-' : formatFigure(one.headroom, 'share', 2),
      `${one.binding.constraint}, ${formatFigure(one.binding.slack, 'share', 2)} left`,
      `${one.binding.resource} ${formatFigure(one.binding.resourceUse, 'share', 2)}`,
    ]),
  };
}

function kneeText({ kneeRps, kneeInterval, kneeIsLowerBound }: Candidate): string {
  if (kneeRps === null) return '-';
  return `${kneeIsLowerBound ? '>= ' : ''}${formatWithInterval(kneeRps, 'perS', kneeInterval)}`;
}

function metricText({ metric, value, interval }: Metric): string {
  return formatWithInterval(value, findFigure(metric)?.unit ?? 'ms', interval);
}

function missTable(misses: readonly Rejected[]): Table {
  return {
    title: 'Nearest misses',
    header: ['fleet', 'GPUs', 'cost', 'why'],
    textColumns: [3],
    rows: misses.map((one) => [
      one.fleet,
      String(one.gpus),
      formatFigure(one.costPerHour, 'usdPerHour'),
      one.detail,
    ]),
  };
}

/** Rejections by stage and reason, each with its first example. */
function reasonTable(rejected: readonly Rejected[]): Table {
  const groups = new Map<string, Rejected[]>();
  for (const one of rejected) {
    const key = `${one.stage}: ${one.reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return {
    title: 'Rejected',
    header: ['reason', 'fleets', 'for example'],
    textColumns: [2],
    rows: [...groups].map(([key, group]) => [
      key,
      String(group.length),
      `${group[0]!.fleet}: ${group[0]!.detail}`,
    ]),
  };
}
