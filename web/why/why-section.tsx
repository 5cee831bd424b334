/** What would change the answer: asked for by a button, since it takes some hundred runs. */
import type { WhyReport } from '../../sim/why/report.ts';
import { RunBar, type RunWords } from '../components/run-bar.tsx';
import { whyRun } from '../state/why-run.ts';
import { ChangeTable } from './change-table.tsx';
import { FlipList } from './flip-list.tsx';
import { Tornado } from './tornado.tsx';

const WORDS: RunWords<WhyReport> = {
  doing: 'Simulating changes',
  done: ({ seeds }) => `Every change simulated here; seeds ${seeds.join(', ')}; differences are paired`,
  part: () => 'what is done so far',
  spoken: () => 'The changes have been simulated.',
};

export function WhySection({ title }: { readonly title: string }) {
  const shown = whyRun.useShown();
  return (
    <section aria-labelledby="why">
      <h2 id="why">{title}</h2>
      <RunBar runner={whyRun} words={WORDS} />
      {shown !== null && (
        <div className={shown.isCurrent ? 'results' : 'results stale'}>
          <ChangeTable report={shown.result} />
          <Tornado report={shown.result} />
          <FlipList report={shown.result} />
        </div>
      )}
    </section>
  );
}
