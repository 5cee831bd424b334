/** The scenario on the page: everything that the address carries, and nothing else. Edits can be undone. */
import { temporal } from 'zundo';
import { create } from 'zustand';
import { canonical, DEFAULT_SETUP, documentOf } from './setup.ts';

export interface ScenarioState {
  /** A comparison document; from a link it may be anything until the simulator has looked at it. */
  readonly document: unknown;
  /** Runs per fleet. */
  readonly seeds: number;
}

export const DEFAULT_STATE: ScenarioState = { document: documentOf(DEFAULT_SETUP), seeds: 3 };

/** Names a state: equal for equal scenarios. */
export function keyOf({ document, seeds }: ScenarioState): string {
  return canonical({ document, seeds });
}

/** Edits closer together than this are one: a drag of a slider, a number being typed. */
export const ONE_STEP_MS = 1000;
let lastEditMs = Number.NEGATIVE_INFINITY;

export const useScenario = create<ScenarioState>()(
  temporal(() => DEFAULT_STATE, {
    limit: 200,
    equality: (a, b) => keyOf(a) === keyOf(b),
    handleSet:
      (record) =>
      (...change: unknown[]) => {
        const now = performance.now();
        if (now - lastEditMs > ONE_STEP_MS) (record as (...change: unknown[]) => void)(...change);
        lastEditMs = now;
      },
  }),
);

export function setScenario(state: ScenarioState): void {
  useScenario.setState(state);
}

export function undo(): void {
  lastEditMs = Number.NEGATIVE_INFINITY;
  useScenario.temporal.getState().undo();
}

export function redo(): void {
  lastEditMs = Number.NEGATIVE_INFINITY;
  useScenario.temporal.getState().redo();
}
