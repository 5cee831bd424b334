/** How split and TP interact on the GPUs of fleet A: asked for by a button; a finding, and the grid that it is read from. */
import { lazy, Suspense } from 'react';
import { figureValue } from '../../sim/metrics/figures.ts';
import { RunBar, type RunWords } from '../components/run-bar.tsx';
import { figureText } from '../format.ts';
import { useScenario } from '../state/document-store.ts';
import { type GridOutcome, type GridReport, gridRun } from '../state/grid-run.ts';
import { splitGrid } from './split-grid.ts';

const GridChart = lazy(() => import('./grid-chart.tsx').then((m) => ({ default: m.GridChart })));

const WORDS: RunWords<GridReport> = {
  doing: 'Simulating splits',
  done: ({ seeds, cells }) =>
    `${cells.filter(({ outcome }) => outcome !== null).length} fleets simulated here; seeds ${seeds.join(', ')}; every fleet saw the same requests`,
  part: ({ seeds }) => `${seeds.length} of ${useScenario.getState().seeds} seeds`,
  spoken: findingOf,
};

export function GridSection() {
  const document = useScenario((state) => state.document);
  const shown = gridRun.useShown();
  if (splitGrid(document) === null) return null;
  return (
    <section aria-labelledby="grid">
      <h2 id="grid">How split and TP interact</h2>
      <RunBar runner={gridRun} words={WORDS} />
      {shown !== null && (
        <div className={shown.isCurrent ? 'results' : 'results stale'}>
          <p>{findingOf(shown.result)}.</p>
          <Suspense fallback={null}>
            <GridChart report={shown.result} />
          </Suspense>
        </div>
      )}
    </section>
  );
}

/** Good requests per second, of a cell that was run. */
export function goodputOf({ outcome }: GridOutcome): number | null {
  return outcome === null ? null : figureValue(outcome.report, 'slo.goodputRps');
}

/** The cell that serves most within the SLO, and how many others meet it. */
function findingOf({ grid, cells }: GridReport): string {
  const meeting = cells.filter(({ outcome }) => outcome?.report.slo.verdict === 'meets');
  const [best] = [...(meeting.length > 0 ? meeting : cells)].sort(
    (a, b) => (goodputOf(b) ?? -1) - (goodputOf(a) ?? -1),
  );
  const on = `the ${grid.gpus} GPUs of A`;
  if (best === undefined) return `Nothing could be run on ${on}`;
  const rate = figureText(goodputOf(best), 'perS');
  if (meeting.length === 0)
    return `No way to divide ${on} is shown to meet the SLO; ${best.fleet.name} comes furthest, with ${rate} within it`;
  const count = meeting.length === 1 ? 'One way' : `${meeting.length} ways`;
  return `${count} to divide ${on} ${meeting.length === 1 ? 'meets' : 'meet'} the SLO; ${best.fleet.name} serves most within it, ${rate}`;
}
