/** A lab report as tables. Intervals come first, p-values last. Verdicts are corrected for all comparisons. */

import { MOST_P, pText } from '../../lab/holm.ts';
import { labFigureOf } from '../../lab/lab-figures.ts';
import type { LabFigure, LabReport } from '../../lab/lab-report.ts';
import { formatDifference, formatFigure } from '../../metrics/format-figure.ts';
import type { Block } from './report-tables.ts';

const CONFIDENCE = 0.95;

/** Label of a metric. */
export function metricLabel(metric: string): string {
  return labFigureOf(metric)?.label ?? metric;
}

/** One table for each workload and load, the A/A row last in each metric. */
export function labBlocks(report: LabReport): Block[] {
  const places = [...new Set(report.cells.map((one) => JSON.stringify([one.workload, one.load])))];
  const blocks: Block[] = places.map((place) => {
    const isHere = (one: LabFigure): boolean => JSON.stringify([one.workload, one.load]) === place;
    const here = report.cells.filter(isHere);
    const metrics = [...new Set(here.map((one) => one.metric))];
    const rows = metrics.flatMap((metric) => [
      ...here.filter((one) => one.metric === metric).map((one) => row(one, one.policy)),
      ...report.null.filter((one) => isHere(one) && one.metric === metric).map((one) => row(one, 'A/A')),
    ]);
    const [workload, load] = JSON.parse(place) as [string, string];
    return {
      title: `${workload}, load ${load}: against ${report.baseline}, paired over ${report.seeds.length} seed${report.seeds.length === 1 ? '' : 's'}`,
      header: ['figure', 'policy', 'mean', 'difference, 95 % interval', 'verdict', 'w/t/l', 'p (Holm)'],
      textColumns: [1, 4],
      rows,
    };
  });
  blocks.push(...counterfactualBlocks(report));
  blocks.push(verdictLines(report).join('\n'), report.notes.join('\n'), holmLine(report));
  return blocks.filter((block) => block !== '');
}

/** Regret of sampled decisions and what an oracle would have made of the cell. */
function counterfactualBlocks({ counterfactuals }: LabReport): Block[] {
  if (counterfactuals.length === 0) return [];
  const ms = (value: number | null): string => (value === null ? '-' : formatFigure(value, 'ms'));
  const rows = counterfactuals.map((one) => [
    `${one.workload}, ${one.load}`,
    one.policy,
    `${one.bestPicked} of ${one.decisions.length}`,
    ms(one.meanTtftRegretMs),
    ms(one.meanE2eRegretMs),
    [one.own, one.oracle, one.floor].map((level) => ms(level?.ttftP95Ms ?? null)).join(' / '),
    [one.own, one.oracle, one.floor].map((level) => ms(level?.e2eMeanMs ?? null)).join(' / '),
  ]);
  return [
    {
      title: `Counterfactuals, seed ${counterfactuals[0]!.seed}: sampled decisions replayed with their alternatives`,
      header: [
        ...['workload', 'policy', 'best picked', 'mean TTFT regret', 'mean E2E regret'],
        ...['TTFT p95: own / oracle / floor', 'E2E mean: own / oracle / floor'],
      ],
      textColumns: [1, 2],
      rows,
    },
    'Regret is of the request alone, with hindsight. The oracle routes greedily with true lengths and fresh state, and may be beaten; ' +
      'the floor has every request alone on an idle fleet, with all cached that can be: no router can do better.',
  ];
}

function row(one: LabFigure, policy: string): string[] {
  const interval =
    one.low === null || one.high === null ? null : { low: one.low, high: one.high, confidence: CONFIDENCE };
  const takenBack = one.corrected === one.verdict ? '' : ` (${one.verdict} until corrected)`;
  const marks = `${takenBack}${one.agree ? '' : ' (intervals disagree)'}${one.greyed ? ' (grey: A/A does too)' : ''}`;
  return [
    metricLabel(one.metric),
    policy,
    formatFigure(one.mean, one.unit),
    one.diff === null ? '' : formatDifference(one.diff, one.unit, interval),
    one.corrected === 'baseline' ? 'baseline' : `${WORDS[one.corrected]}${marks}`,
    one.corrected === 'baseline' ? '' : `${one.wins}/${one.ties}/${one.losses}`,
    one.pHolm === null ? '' : pText(one.pHolm),
  ];
}

const WORDS = { win: 'win', tie: 'tie', loss: 'loss', cannotTell: 'cannot tell' } as const;

/** `affinity: 8 wins, 3 ties, 1 loss`, greyed ones left out. */
function verdictLines(report: LabReport): string[] {
  const policies = [...new Set(report.cells.map((one) => one.policy))].filter((p) => p !== report.baseline);
  return policies.map((policy) => {
    const own = report.cells.filter((one) => one.policy === policy && !one.greyed);
    const count = (verdict: string): number => own.filter((one) => one.corrected === verdict).length;
    const greyed = report.cells.filter((one) => one.policy === policy && one.greyed).length;
    const rest = greyed === 0 ? '' : `, ${greyed} greyed`;
    return (
      `${policy} against ${report.baseline}: ${count('win')} wins, ${count('tie')} ties, ` +
      `${count('loss')} losses, ${count('cannotTell')} that cannot be told${rest}`
    );
  });
}

function holmLine({ cells }: LabReport): string {
  const tested = cells.filter((one) => one.pHolm !== null);
  const takenBack = cells.filter((one) => one.corrected !== one.verdict).length;
  return (
    `Win and loss stand only where p, corrected by Holm for ${tested.length} comparisons, is below ${MOST_P}: ` +
    `${takenBack} whose intervals exclude zero are ties.`
  );
}
