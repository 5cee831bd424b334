/** Why the first token takes as long as it does: the finding, its evidence, and what it comes from, for slow and for all. */
import type { Report } from '../../sim/metrics/report.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { type Bar, StackedBars } from '../charts/stacked-bars.tsx';
import { countText, figureText } from '../format.ts';
import { whyWords } from './why-words.ts';

export function WhyDrawer({ report }: { readonly report: Report }) {
  const bars = report.attribution.ttftMs.map(
    ({ band, n, meanMs, parts }): Bar => ({
      key: band,
      label: band === 'all' ? 'all requests' : band.replace('-', '–'),
      values: PHASE_PARTS.map(({ id }) => parts[id as keyof typeof parts]),
      total: `${figureText(meanMs, 'ms')}${n < 20 ? `, of ${countText(Math.ceil(n))} request${n > 1 ? 's' : ''}` : ''}`,
    }),
  );
  return (
    <details className="why" open>
      <summary>Why does the first token take {figureText(report.ttftMs.p95, 'ms')} at p95?</summary>
      {whyWords(report).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <StackedBars
        title="By cohort of time to first token"
        parts={PHASE_PARTS}
        bars={bars}
        text={(ms) => figureText(ms, 'ms')}
        of="Cohort"
      />
    </details>
  );
}
