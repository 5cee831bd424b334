/** How much load each fleet can take: asked for by a button; what draws the answer is loaded with it. */
import { lazy, Suspense } from 'react';
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import type { LoadReport } from '../../sim/worker/load-worker.ts';
import { RunBar, type RunWords } from '../components/run-bar.tsx';
import { loadRun } from '../state/load-run.ts';

const LoadResults = lazy(() => import('./load-results.tsx').then((m) => ({ default: m.LoadResults })));

const WORDS: RunWords<LoadReport> = {
  doing: 'Simulating loads',
  done: ({ seeds, fleets }) => {
    const runs = fleets.reduce(
      (sum, { curves }) => sum + curves.reduce((n, one) => n + one.points.length, 0),
      0,
    );
    return `${runs} runs simulated here; seeds ${seeds.join(', ')}; every fleet saw the same requests at the same load`;
  },
  part: () => 'what is done so far',
  spoken: () => 'The loads have been simulated.',
};

export function LoadSection({ fleets }: { readonly fleets: readonly FleetOutcome[] }) {
  const shown = loadRun.useShown();
  return (
    <section aria-labelledby="load">
      <h2 id="load">How much load they can take</h2>
      <RunBar runner={loadRun} words={WORDS} />
      {shown !== null && (
        <div className={shown.isCurrent ? 'results' : 'results stale'}>
          <Suspense fallback={null}>
            <LoadResults fleets={fleets} loads={shown.result.fleets} />
          </Suspense>
        </div>
      )}
    </section>
  );
}
