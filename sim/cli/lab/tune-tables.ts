/** A tuning report as tables: what the search found, and the verdict on what it had not seen. */

import { labBlocks, metricLabel } from '../../export/report/lab-tables.ts';
import type { Block } from '../../export/report/report-tables.ts';
import type { TuneReport } from '../../lab/tune.ts';
import { formatDifference } from '../../metrics/format-figure.ts';

/** Candidates shown of each rung. */
const SHOWN = 3;

export function tuneBlocks(report: TuneReport): Block[] {
  const names = Object.keys(report.best.settings);
  const rows = report.rungs.flatMap(({ round, seeds, candidates }) =>
    candidates
      .slice(0, SHOWN)
      .map(({ candidate, gain, settings }, i) => [
        i === 0 ? `round ${round}: ${candidates.length} with ${seeds} seed${seeds === 1 ? '' : 's'}` : '',
        candidate,
        gain === null ? '-' : `${gain < 0 ? '' : '+'}${(100 * gain).toFixed(2)} %`,
        ...names.map((name) => String(settings[name])),
      ]),
  );
  return [
    tuneSentence(report),
    {
      title: `Search for ${metricLabel(report.goal)} (${report.better} is better): ${report.runs} runs, verdict included`,
      header: ['rung', 'candidate', 'gain on start', ...names],
      textColumns: [1],
      rows,
    },
    ...labBlocks(report.verdict),
  ];
}

/** One sentence: whether the tuned configuration wins on what was held out, and by how much. */
export function tuneSentence({ verdict, goal, keeps, tune }: TuneReport): string {
  const cells = verdict.cells.filter((one) => one.policy === 'tuned' && one.metric === goal);
  const said = cells.map((one) => {
    const interval =
      one.low === null || one.high === null ? null : { low: one.low, high: one.high, confidence: 0.95 };
    const difference = one.diff === null ? 'no difference' : formatDifference(one.diff, one.unit, interval);
    return `${one.workload} at ${one.load}: ${difference}, ${one.corrected}${one.greyed ? ' (grey)' : ''}`;
  });
  const what = keeps === 'tuned' ? 'the tuned configuration wins' : 'the start is kept';
  return `${tune}: on held-out seeds ${what} in ${metricLabel(goal)} (${said.join('; ')})`;
}
