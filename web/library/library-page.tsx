/** The library: what can be started from, what was dropped and kept here, and what all simulations draw on. */
import { lazy, Suspense, useState } from 'react';
import { useLibrary } from '../state/shelves.ts';
import '../style/library.css';
import { Assumptions } from './assumptions.tsx';
import { Imports } from './imports.tsx';
import { Runs } from './runs.tsx';
import { Scenarios } from './scenarios.tsx';

const HardwareAndModels = lazy(() =>
  import('./catalogue.tsx').then((m) => ({ default: m.HardwareAndModels })),
);

const SHELVES = [
  { id: 'scenarios', name: 'Scenarios' },
  { id: 'imports', name: 'Traces and imports' },
  { id: 'runs', name: 'Runs' },
  { id: 'catalogue', name: 'Hardware and models' },
  { id: 'assumptions', name: 'Assumptions and validation' },
] as const;

type Shelf = (typeof SHELVES)[number]['id'];

export function LibraryPage() {
  const [shelf, setShelf] = useState<Shelf>('scenarios');
  const isKeeping = useLibrary((state) => state.isKeeping);
  return (
    <main id="main" tabIndex={-1} className="library">
      <h1>Library</h1>
      <nav aria-label="Shelves" className="shelves">
        {SHELVES.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            aria-current={id === shelf ? 'true' : undefined}
            onClick={() => setShelf(id)}
          >
            {name}
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
