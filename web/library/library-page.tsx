/** The library: what can be started from, what was dropped and kept here, and what all simulations draw on. */
import { lazy, Suspense } from 'react';
import { countText } from '../format.ts';
import { SHELVES, type Shelf } from '../screen-names.ts';
import { useLibrary } from '../state/shelves.ts';
import { useView } from '../state/view-store.ts';
import '../style/library.css';
import { Assumptions } from './assumptions.tsx';
import { Imports } from './imports.tsx';
import { Runs } from './runs.tsx';
import { Scenarios } from './scenarios.tsx';
import { SHIPPED } from './shipped.ts';

const HardwareAndModels = lazy(() =>
  import('./catalogue.tsx').then((m) => ({ default: m.HardwareAndModels })),
);

const SHELF_NAMES: Readonly<Record<Shelf, string>> = {
  scenarios: 'Scenarios',
  imports: 'Traces and imports',
  runs: 'Runs',
  catalogue: 'Hardware and models',
  assumptions: 'Assumptions and validation',
};

export function LibraryPage() {
  const shelf = useView((state) => state.shelf);
  const isKeeping = useLibrary((state) => state.isKeeping);
  return (
    <main id="main" tabIndex={-1} className="library">
      <h1>{useFinding(shelf)}</h1>
      <nav aria-label="Shelves" className="shelves">
        {SHELVES.map((id) => (
          <button
            key={id}
            type="button"
            aria-current={id === shelf ? 'true' : undefined}
            onClick={() => useView.setState({ shelf: id })}
          >
            {SHELF_NAMES[id]}
          </button>
        ))}
      </nav>
      {!isKeeping && (
        <p className="notice">
          This browser keeps nothing, or is full: what is here stays until the tab is closed.
        </p>
      )}
      {shelf === 'scenarios' && <Scenarios />}
      {shelf === 'imports' && <Imports />}
      {shelf === 'runs' && <Runs />}
      {shelf === 'catalogue' && (
        <Suspense fallback={<p className="loading">Opening the catalogue…</p>}>
          <HardwareAndModels />
        </Suspense>
      )}
      {shelf === 'assumptions' && <Assumptions />}
    </main>
  );
}

/** What stands on the open shelf, in a sentence; a hook. */
function useFinding(shelf: Shelf): string {
  const { documents, runs, traces, calibrations } = useLibrary();
  switch (shelf) {
    case 'scenarios':
      return `${counted(SHIPPED.length, 'scenario')} to start from; ${counted(documents.size, 'document')} of yours kept here`;
    case 'imports':
      return capitalised(
        `${counted(traces.size, 'trace')} and ${counted(calibrations.size, 'calibration')} of yours kept here`,
      );
    case 'runs':
      return capitalised(`${counted(runs.size, 'run')} of yours kept here`);
    case 'catalogue':
      return 'Every figure of a GPU or a model has its source';
    case 'assumptions':
      return 'What every figure rests on, and how far it was off where it was measured';
  }
}

function counted(count: number, thing: string): string {
  return `${count === 0 ? 'no' : countText(count)} ${thing}${count === 1 ? '' : 's'}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
