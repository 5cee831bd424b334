/** What the lab calls better must survive the correction for all its comparisons. */
import { expect, it } from 'vitest';
import type { LabFigure, LabReport } from '../../sim/lab/lab-report.ts';
import { labSentence } from '../../web/lab/lab-words.ts';

const WIN: LabFigure = {
  ...{ policy: 'aware', workload: 'chat', load: 'x1', metric: 'ttftMs.p95', unit: 'ms', better: 'lower' },
  ...{ mean: 90, diff: -10, low: -14, high: -6, bcaLow: -13, bcaHigh: -7, agree: true },
  ...{ verdict: 'win', corrected: 'win' },
  ...{ greyed: false, wins: 5, ties: 0, losses: 0, effect: -2, p: 0.004, pHolm: 0.02, values: [90] },
};

it('claims no policy to be better whose corrected p is 1, though its interval excludes zero', () => {
  const report = (cell: LabFigure) => ({ baseline: 'random', cells: [cell] }) as unknown as LabReport;
  expect(labSentence(report(WIN), 'ttftMs.p95')).toMatch(/^aware beats random on TTFT p95/);
  expect(labSentence(report({ ...WIN, pHolm: 1, corrected: 'tie' }), 'ttftMs.p95')).toBe(
    'No policy is shown to beat random on TTFT p95 once corrected for all 1 comparisons; more seeds may',
  );
  expect(labSentence(report({ ...WIN, pHolm: 1, verdict: 'tie', corrected: 'tie' }), 'ttftMs.p95')).toBe(
    'No policy is shown to beat random on TTFT p95',
  );
});
