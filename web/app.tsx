/** The frame, and in it the screen that the address names. */
import { lazy, Suspense, useEffect } from 'react';
import type { Screen } from './screen-names.ts';
import { PAGES } from './screens.ts';
import { SCREEN_NAMES } from './shell/commands.ts';
import { Frame } from './shell/frame.tsx';
import { useScreen } from './state/address.ts';

const SHOWN: Readonly<Record<Screen, React.ComponentType>> = {
  plan: lazy(PAGES.plan),
  compare: lazy(PAGES.compare),
  inspect: lazy(PAGES.inspect),
  lab: lazy(PAGES.lab),
  library: lazy(PAGES.library),
};

export function App() {
  const screen = useScreen((state) => state.screen);
  const Page = SHOWN[screen];
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
