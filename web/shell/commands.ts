/** Everything that the palette and the keys can do: one entry per command. */
import { saveReport } from '../report/report-button.tsx';
import { SCREENS, type Screen } from '../screen-names.ts';
import { NO_ABOUT, useAbout } from '../state/about.ts';
import { openScreen, screenHref, useScreen } from '../state/address.ts';
import { comparisonRun } from '../state/comparison-run.ts';
import { DEFAULT_STATE, putScenario, redo, undo } from '../state/document-store.ts';
import { expectedOf, expectedText } from '../state/expected.ts';
import { toggleTheme } from '../state/theme.ts';
import { useView } from '../state/view-store.ts';
import { showHelp, showJobs, showPalette, showShare } from './dialogs.ts';
import { downloadYaml } from './download-yaml.ts';
import { makeBaseline, saveFleet } from './fleet-keys.ts';
import { copyText } from './save.ts';

export interface Command {
  readonly title: string;
  /** As it is pressed: `g p` one after the other, `Ctrl Z` together. */
  readonly keys?: string;
  /** A second key that does the same. */
  readonly also?: string;
  readonly run: () => void;
}

export const SCREEN_NAMES: Record<Screen, string> = {
  plan: 'Plan',
  compare: 'Compare',
  inspect: 'Inspect',
  lab: 'Lab',
  library: 'Library',
};

const GO_KEYS: Record<Screen, string> = { plan: 'p', compare: 'c', inspect: 'i', lab: 'l', library: 'b' };

export const COMMANDS: readonly Command[] = [
  ...SCREENS.map((screen) => ({
    title: `Go to ${SCREEN_NAMES[screen]}`,
    keys: `g ${GO_KEYS[screen]}`,
    run: () => openScreen(screen),
  })),
  { title: 'Copy a link to what is shown', keys: 's', run: () => void copyLink() },
  { title: 'Share: a title and a note, the link', run: showShare },
  { title: 'Save the document as YAML', run: () => void downloadYaml() },
  { title: 'Save what is shown as a report, one HTML file', run: () => void saveReport() },
  { title: 'Edit the document as YAML, or as a form', keys: 'e', run: toggleYaml },
  { title: 'Undo', keys: 'Ctrl Z', run: undo },
  { title: 'Redo', keys: 'Ctrl Shift Z', run: redo },
  { title: 'Start over with the defaults', run: startOver },
  { title: 'Open or close the tables of charts', keys: 't', run: toggleTables },
  { title: 'Make the fleet in front the baseline', keys: 'b', run: makeBaseline },
  { title: 'Save a fleet as files that deploy it', keys: 'x', run: saveFleet },
  { title: 'What runs, and the way to end it', run: showJobs },
  { title: 'Light or dark theme', run: toggleTheme },
  { title: 'Print', run: () => window.print() },
  { title: 'Find a command or a setting', keys: 'Ctrl K', also: '/', run: showPalette },
  { title: 'Keys and terms', keys: '?', run: showHelp },
];

function toggleYaml(): void {
  useView.setState(({ isYaml }) => ({ isYaml: !isYaml }));
}

export function startOver(): void {
  putScenario(DEFAULT_STATE);
  useAbout.setState(NO_ABOUT);
}

/** The link carries what was computed here, so that whoever opens it sees whether it comes out the same. */
export async function copyLink(): Promise<void> {
  await copyText(await linkHere(), 'a link to this page');
}

/** The whole link to what is shown. */
export async function linkHere(): Promise<string> {
  const { screen } = useScreen.getState();
  const result = screen === 'compare' ? comparisonRun.current() : null;
  const suffix = result === null ? '' : `&v=${expectedText(expectedOf(result.report))}`;
  const url = new URL(location.href);
  url.hash = `${await screenHref(screen)}${suffix}`;
  return url.href;
}

function toggleTables(): void {
  const tables = [...document.querySelectorAll<HTMLDetailsElement>('details.twin')];
  const isOpening = tables.some((table) => !table.open);
  for (const table of tables) table.open = isOpening;
}
