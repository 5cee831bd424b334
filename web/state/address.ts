/**
 * Keeps address and page in step: `#/compare?s=<documents>&f=B`. Edits that follow each other closely are one step of the
 * browser's history; back and forward bring their documents and screens back.
 */
import { create } from 'zustand';
import type { Screen } from '../screen-names.ts';
import { readHash } from '../screens.ts';
import { NO_ABOUT, useAbout } from './about.ts';
import {
  DEFAULT_STATE,
  type DocumentKind,
  loadScenario,
  putScenario,
  type ScenarioState,
  stateKey,
  useOpened,
  useScenario,
} from './document-store.ts';
import { readExpected, useExpected } from './expected.ts';
import { decodeScenario, encodeScenario, FragmentError } from './fragment.ts';
import { useView, viewFromQuery, viewPath, viewQuery } from './view-store.ts';

/** The document that a screen is about. */
export const DOCUMENT_OF: Readonly<Record<Screen, DocumentKind | null>> = {
  plan: 'plan',
  compare: 'comparison',
  inspect: 'comparison',
  lab: 'lab',
  library: null,
};

export interface ScreenState {
  readonly screen: Screen;
  /** Why the address could not be read; null when it could. */
  readonly linkProblem: string | null;
  /** The link was of an older form and has been brought up to date. */
  readonly isMigrated: boolean;
}

export const useScreen = create<ScreenState>()(() => ({
  screen: 'plan',
  linkProblem: null,
  isMigrated: false,
}));

/** Edits closer together than this are one step of the browser's history. */
const ONE_STEP_MS = 1000;

let writtenKey = '';
let lastWriteMs = Number.NEGATIVE_INFINITY;
let writes = 0;
/** Whether a step of the history is due: an overtaken write leaves it to the one that overtook it. */
let isStepDue = false;
/** While an address is being read, nothing is written into it. */
let isReading = false;

/** Reads the address, then follows both sides. Resolves once the documents of the address stand. */
export async function startAddress(): Promise<void> {
  await read(loadScenario);
  useOpened.setState({ document: useScenario.getState().document });
  await write('replace');
  window.addEventListener('popstate', () => void read(putScenario).then(() => write('replace')));
  useScenario.subscribe((state) => {
    // What came out of the address needs no step of its own.
    if (addressKey(useScreen.getState().screen, stateKey(state)) === writtenKey) return;
    const now = performance.now();
    const mode = now - lastWriteMs < ONE_STEP_MS ? 'replace' : 'push';
    lastWriteMs = now;
    void write(mode);
  });
  useView.subscribe(() => void write('replace'));
  useAbout.subscribe(() => void write('replace'));
}

/** Shows a screen; a step of the browser's history. */
export function openScreen(screen: Screen): void {
  if (screen === useScreen.getState().screen) return;
  useScreen.setState({ screen });
  void write('push');
}

/** Address of a screen with the documents as they stand. */
export async function screenHref(screen: Screen): Promise<string> {
  const text = await encodeScenario(useScenario.getState(), DOCUMENT_OF[screen], useAbout.getState());
  const view = useView.getState();
  return `#/${screen}${viewPath(screen, view)}?s=${text}${viewQuery(screen, view)}`;
}

/** How documents of an address are put on the page. */
type Take = (state: ScenarioState) => void;

async function read(take: Take): Promise<void> {
  isReading = true;
  try {
    await readAddress(take);
  } finally {
    isReading = false;
  }
}

async function readAddress(take: Take): Promise<void> {
  const { screen, query: parameters } = readHash(location.hash);
  useScreen.setState({ screen });
  useView.setState(viewFromQuery(parameters));
  const text = parameters.get('s');
  if (text === null) return;
  try {
    const { state, about, isMigrated } = await decodeScenario(text);
    useAbout.setState(about);
    writtenKey = isMigrated ? '' : addressKey(screen, stateKey(state));
    writes += 1;
    isStepDue = false;
    useScreen.setState({ linkProblem: null, isMigrated });
    if (stateKey(state) !== stateKey(useScenario.getState())) take(state);
    const expected = readExpected(parameters.get('v'));
    if (expected !== null) useExpected.setState({ link: { ...expected, key: stateKey(state) } });
  } catch (error) {
    if (!(error instanceof FragmentError)) throw error;
    useScreen.setState({ linkProblem: error.message });
    useAbout.setState(NO_ABOUT);
    take(DEFAULT_STATE);
  }
}

async function write(mode: 'push' | 'replace'): Promise<void> {
  if (isReading) return;
  const { screen } = useScreen.getState();
  const key = addressKey(screen, stateKey(useScenario.getState()));
  if (key === writtenKey) return;
  writtenKey = key;
  writes += 1;
  isStepDue ||= mode === 'push';
  const write = writes;
  const url = await screenHref(screen);
  if (write !== writes) return;
  if (isStepDue) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  isStepDue = false;
}

function addressKey(screen: Screen, documents: string): string {
  const view = useView.getState();
  const { title, note } = useAbout.getState();
  const own = JSON.stringify([title, note]);
  return `${screen}${viewPath(screen, view)}${viewQuery(screen, view)} ${own} ${documents}`;
}
