/**
 * The documents on the page, one for each screen that has one: everything that the address carries, and nothing else. Edits
 * can be undone, whichever screen they were made on.
 */
import { temporal } from 'zundo';
import { create } from 'zustand';
import { DEFAULT_COMPARISON, DEFAULT_LAB, DEFAULT_PLAN, DEFAULT_SEEDS } from './defaults.ts';
import { canonical } from './setup.ts';

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

/** Edits closer together than this are one: a drag of a slider, a number being typed. */
export const ONE_STEP_MS = 1000;
let lastEditMs = Number.NEGATIVE_INFINITY;

export const useScenario = create<ScenarioState>()(
  temporal(() => DEFAULT_STATE, {
    limit: 200,
    equality: (a, b) => stateKey(a) === stateKey(b),
    handleSet:
      (record) =>
      (...change: unknown[]) => {
        const now = performance.now();
        if (now - lastEditMs > ONE_STEP_MS) (record as (...change: unknown[]) => void)(...change);
        lastEditMs = now;
      },
  }),
);

/** The comparison as it was opened, from the address or the defaults: sliders show where they stood. */
export const useOpened = create<{ readonly document: unknown }>()(() => ({ document: DEFAULT_COMPARISON }));

export function setScenario(change: Partial<ScenarioState>): void {
  useScenario.setState(change);
}

const FIELD_OF = { comparison: 'document', plan: 'plan', lab: 'lab' } as const;

/** The document of a kind. */
export function documentOfKind(state: ScenarioState, kind: DocumentKind): unknown {
  return state[FIELD_OF[kind]];
}

export function setDocument(kind: DocumentKind, document: unknown): void {
  setScenario({ [FIELD_OF[kind]]: document });
}

/** A change that is undone by itself, however soon it follows another. */
export function endStep(): void {
  lastEditMs = Number.NEGATIVE_INFINITY;
}

export function undo(): void {
  endStep();
  useScenario.temporal.getState().undo();
}

export function redo(): void {
  endStep();
  useScenario.temporal.getState().redo();
}
