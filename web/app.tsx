/** The frame, and in it the screen that the address names. Every screen is a chunk of its own. */
import { lazy, Suspense, useEffect } from 'react';
import { SCREEN_NAMES } from './shell/commands.ts';
import { Frame } from './shell/frame.tsx';
import { type Screen, useScreen } from './state/address.ts';

const PAGES: Readonly<Record<Screen, React.ComponentType>> = {
  plan: lazy(() => import('./plan/plan-page.tsx').then((m) => ({ default: m.PlanPage }))),
  compare: lazy(() => import('./compare/compare-page.tsx').then((m) => ({ default: m.ComparePage }))),
  inspect: lazy(() => import('./inspect/inspect-page.tsx').then((m) => ({ default: m.InspectPage }))),
  lab: lazy(() => import('./lab/lab-page.tsx').then((m) => ({ default: m.LabPage }))),
  library: lazy(() => import('./library/library-page.tsx').then((m) => ({ default: m.LibraryPage }))),
};

export function App() {
  const screen = useScreen((state) => state.screen);
  const Page = PAGES[screen];
  useEffect(() => {
    document.title = `${SCREEN_NAMES[screen]} · Drydock`;
  }, [screen]);
  return (
    <>
      <Frame />
      <Suspense fallback={<p className="loading">Opening {SCREEN_NAMES[screen]}…</p>}>
        <Page />
      </Suspense>
    </>
  );
}
