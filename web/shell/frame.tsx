/** The frame of the page: name, screens, what acts on the whole page, dialogs. */
import { lazy, Suspense } from 'react';
import { useExplained } from '../explain/store.ts';
import { SCREENS } from '../screen-names.ts';
import { NO_ABOUT, useAbout } from '../state/about.ts';
import { useActiveJobs } from '../state/active-jobs.ts';
import { openScreen, useScreen } from '../state/address.ts';
import { Announcer } from './announce.tsx';
import { SCREEN_NAMES } from './commands.ts';
import { showHelp, showJobs, showPalette, showShare, useDialog } from './dialogs.ts';
import { useKeys } from './keys.ts';
import { ThemeToggle } from './theme-toggle.tsx';

const Drawer = lazy(() => import('../explain/drawer.tsx').then((m) => ({ default: m.Drawer })));
const Palette = lazy(() => import('./palette.tsx').then((m) => ({ default: m.Palette })));
const Jobs = lazy(() => import('./jobs.tsx').then((m) => ({ default: m.Jobs })));
const Share = lazy(() => import('./share.tsx').then((m) => ({ default: m.Share })));
const Help = lazy(() => import('./help.tsx').then((m) => ({ default: m.Help })));

export function Frame() {
  const screen = useScreen((state) => state.screen);
  const dialog = useDialog((state) => state.open);
  const explained = useExplained(({ shown }) => shown);
  useKeys();
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
                openScreen(name);
              }}
              aria-current={name === screen ? 'page' : undefined}
            >
              {SCREEN_NAMES[name]}
            </a>
          ))}
        </nav>
        <div className="frame-tools">
          <JobsButton />
          <button type="button" className="quiet" onClick={showShare}>
            Share
          </button>
          <button type="button" className="quiet" onClick={showPalette}>
            Find <kbd>Ctrl K</kbd>
          </button>
          <button type="button" className="quiet" onClick={showHelp}>
            Help
          </button>
          <ThemeToggle />
        </div>
      </header>
      <LinkNotice />
      <AboutLink />
      <Announcer />
      <Suspense fallback={null}>
        {dialog === 'palette' && <Palette />}
        {dialog === 'help' && <Help />}
        {dialog === 'share' && <Share />}
        {dialog === 'jobs' && <Jobs />}
        {explained !== null && <Drawer shown={explained} />}
      </Suspense>
    </>
  );
}

/** What became of the link that the page was opened with, where that is worth a word. */
function LinkNotice() {
  const { linkProblem, isMigrated } = useScreen();
  if (linkProblem !== null) {
    return (
      <p className="link-notice notice" role="alert">
        {linkProblem} The defaults are shown instead.
      </p>
    );
  }
  if (!isMigrated) return null;
  return (
    <p className="link-notice quiet-text" role="status">
      The link was made by an older version of Drydock and has been brought up to date.
    </p>
  );
}

/** Opens the list of what runs; says how much that is. */
function JobsButton() {
  const count = useActiveJobs(({ jobs }) => jobs.size);
  return (
    <button type="button" className="quiet jobs-button" onClick={showJobs}>
      Jobs{count === 0 ? '' : ` ${count}`}
    </button>
  );
}

/** What the sender of the link says of it: text, whatever it holds. */
function AboutLink() {
  const { title, note } = useAbout();
  if (title === '' && note === '') return null;
  return (
    <section className="about-link" aria-label="About this link">
      {title !== '' && <strong>{title}</strong>}
      {note !== '' && <p>{note}</p>}
      <span className="buttons">
        <button type="button" className="quiet" onClick={showShare}>
          Edit
        </button>
        <button type="button" className="quiet" onClick={() => useAbout.setState(NO_ABOUT)}>
          Take away
        </button>
      </span>
    </section>
  );
}

/** A skip link that leaves the address alone, which holds the documents. */
function focusMain(): void {
  document.getElementById('main')?.focus();
}
