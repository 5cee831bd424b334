/** The frame of the page: name, screens, theme; and the screen that the address names. */
import { lazy, Suspense } from 'react';
import { ComparePage } from './compare/compare-page.tsx';
import { ThemeToggle } from './components/theme-toggle.tsx';
import { SCREENS, type Screen, screenHref, useScreen } from './state/address.ts';
import { useScenario } from './state/document-store.ts';

const LibraryPage = lazy(() =>
  import('./library/library-page.tsx').then((m) => ({ default: m.LibraryPage })),
);

const SCREEN_NAMES: Record<Screen, string> = { compare: 'Compare', library: 'Library' };

export function App() {
  const screen = useScreen((state) => state.screen);
  // The links carry the scenario as it stands.
  useScenario();
  return (
    <>
      <button type="button" className="skip" onClick={focusMain}>
        Skip to the result
      </button>
      <header className="frame">
        <span className="wordmark">drydock</span>
        <nav aria-label="Screens">
          {SCREENS.map((name) => (
            <a
              key={name}
              href={`#/${name}`}
              onClick={(event) => {
                event.preventDefault();
                history.pushState(null, '', screenHref(name));
                useScreen.setState({ screen: name });
              }}
              aria-current={name === screen ? 'page' : undefined}
            >
              {SCREEN_NAMES[name]}
            </a>
          ))}
        </nav>
        <ThemeToggle />
      </header>
      {screen === 'library' ? (
        <Suspense fallback={<p className="loading">Opening the catalogue…</p>}>
          <LibraryPage />
        </Suspense>
      ) : (
        <ComparePage />
      )}
    </>
  );
}

/** A skip link that leaves the address alone, which holds the scenario. */
function focusMain(): void {
  document.getElementById('main')?.focus();
}
