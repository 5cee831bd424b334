/**
 * The documents on the page, one for each screen that has one: everything that the address carries, and nothing else. Edits
 * can be undone, whichever screen they were made on.
 */
import { temporal } from 'zundo';
import { create } from 'zustand';
import { DEFAULT_COMPARISON, DEFAULT_LAB, DEFAULT_PLAN, DEFAULT_SEEDS } from './defaults.ts';
import { canonical } from './setup.ts';
import { changedPlaces, Steps, watchGestures } from './steps.ts';

export interface ScenarioState {
  /** A comparison document; from a link it may be anything until the simulator has looked at it. */
  readonly document: unknown;
  /** Runs per fleet of the comparison. */
  readonly seeds: number;
  /** A plan document, with the same caution. */
  readonly plan: unknown;
  /** A lab document. */
  readonly lab: unknown;
}

/** Documents by kind; the kind names the schema. */
export type DocumentKind = 'comparison' | 'plan' | 'lab';

export const DEFAULT_STATE: ScenarioState = {
  document: DEFAULT_COMPARISON,
  seeds: DEFAULT_SEEDS,
  plan: DEFAULT_PLAN,
  lab: DEFAULT_LAB,
};

/** Names a comparison and its seeds: equal for equal ones. */
export function keyOf({ document, seeds }: Pick<ScenarioState, 'document' | 'seeds'>): string {
  return canonical({ document, seeds });
}

/** Names everything that can be edited. */
export function stateKey({ document, seeds, plan, lab }: ScenarioState): string {
  return canonical({ document, seeds, plan, lab });
}

const steps = new Steps();

export const useScenario = create<ScenarioState>()(
  temporal(() => DEFAULT_STATE, {
    limit: 200,
    equality: (a, b) => stateKey(a) === stateKey(b),
  }),
);

/** The comparison as it was opened, from the address or the defaults: sliders show where they stood. */
export const useOpened = create<{ readonly document: unknown }>()(() => ({ document: DEFAULT_COMPARISON }));

/** An edit. `place`: what it changes, where the documents do not say it: a text that is being typed. */
export function setScenario(change: Partial<ScenarioState>, place?: string): void {
  const before = useScenario.getState();
  const changed = changedPlaces(before, { ...before, ...change });
  const isMore = changed !== '' && steps.joins(place ?? changed, performance.now());
  if (isMore) withoutHistory(() => useScenario.setState(change));
  else useScenario.setState(change);
}

/** Documents put in place as a whole: a step that no edit before or after it is part of. */
export function putScenario(change: Partial<ScenarioState>): void {
  steps.end();
  useScenario.setState(change);
}

/** The documents that the page begins with: nothing was before them. */
export function loadScenario(state: ScenarioState): void {
  steps.end();
  withoutHistory(() => useScenario.setState(state));
  useScenario.temporal.getState().clear();
}

function withoutHistory(change: () => void): void {
  const { pause, resume } = useScenario.temporal.getState();
  pause();
  change();
  resume();
}

const FIELD_OF = { comparison: 'document', plan: 'plan', lab: 'lab' } as const;

/** The document of a kind. */
export function documentOfKind(state: ScenarioState, kind: DocumentKind): unknown {
  return state[FIELD_OF[kind]];
}

/** `place`: as for `setScenario`. */
export function setDocument(kind: DocumentKind, document: unknown, place?: string): void {
  setScenario({ [FIELD_OF[kind]]: document }, place);
}

export function putDocument(kind: DocumentKind, document: unknown): void {
  putScenario({ [FIELD_OF[kind]]: document });
}

export function undo(): void {
  steps.end();
  useScenario.temporal.getState().undo();
}

export function redo(): void {
  steps.end();
  useScenario.temporal.getState().redo();
}

/** From here on, drags are steps. */
export function startGestures(): void {
  watchGestures(window, steps);
}
