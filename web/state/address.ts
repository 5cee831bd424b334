/**
 * Keeps address and page in step: `#/compare?s=<scenario>`. Edits that follow each other closely are one step of the
 * browser's history; back and forward bring their scenarios back.
 */
import { create } from 'zustand';
import { DEFAULT_STATE, keyOf, ONE_STEP_MS, setScenario, useScenario } from './document-store.ts';
import { decodeScenario, encodeScenario, FragmentError } from './fragment.ts';
import { useRun } from './run-store.ts';

export const SCREENS = ['compare', 'library'] as const;
export type Screen = (typeof SCREENS)[number];

export const useScreen = create<{ readonly screen: Screen }>()(() => ({ screen: 'compare' }));

let writtenKey = '';
let lastWriteMs = Number.NEGATIVE_INFINITY;
let writes = 0;
/** Whether a step of the history is due: an overtaken write leaves it to the one that overtook it. */
let isStepDue = false;

/** Reads the address, then follows both sides. Resolves once the scenario of the address stands. */
export async function startAddress(): Promise<void> {
  await read();
  await write('replace');
  window.addEventListener('popstate', () => void read());
  useScenario.subscribe((state) => {
    // What came out of the address needs no step of its own.
    if (keyOf(state) === writtenKey) return;
    const now = performance.now();
    const mode = now - lastWriteMs < ONE_STEP_MS ? 'replace' : 'push';
    lastWriteMs = now;
    void write(mode);
  });
}

/** Address of a screen with the scenario as it stands. */
export function screenHref(screen: Screen): string {
  const query = location.hash.split('?')[1];
  return `#/${screen}${query === undefined ? '' : `?${query}`}`;
}

async function read(): Promise<void> {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  useScreen.setState({ screen: SCREENS.find((screen) => screen === path) ?? 'compare' });
  const text = new URLSearchParams(query).get('s');
  if (text === null) return;
  try {
    const state = await decodeScenario(text);
    writtenKey = keyOf(state);
    writes += 1;
    isStepDue = false;
    useRun.setState({ linkProblem: null });
    if (writtenKey !== keyOf(useScenario.getState())) setScenario(state);
  } catch (error) {
    if (!(error instanceof FragmentError)) throw error;
    useRun.setState({ linkProblem: error.message });
    setScenario(DEFAULT_STATE);
  }
}

async function write(mode: 'push' | 'replace'): Promise<void> {
  const state = useScenario.getState();
  const key = keyOf(state);
  if (key === writtenKey) return;
  writtenKey = key;
  writes += 1;
  isStepDue ||= mode === 'push';
  const write = writes;
  const text = await encodeScenario(state);
  if (write !== writes) return;
  const url = `#/${useScreen.getState().screen}?s=${text}`;
  if (isStepDue) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  isStepDue = false;
}
