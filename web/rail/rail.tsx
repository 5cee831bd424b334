/** The scenario beside the result. Every change is run at once; there is no button for it. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { DEFAULT_STATE, keyOf, redo, setScenario, undo, useScenario } from '../state/document-store.ts';
import { MAX_SEEDS } from '../state/fragment.ts';
import { loadChoices } from '../state/runner.ts';
import { documentOf, type FleetSetup, type Setup, setupOf, withOwnNames } from '../state/setup.ts';
import type { Choices } from '../worker/api.ts';
import { FleetFields } from './fleet-fields.tsx';
import { NumberField } from './number-field.tsx';
import { SelectField } from './select-field.tsx';
import { useUndoKeys } from './undo-keys.ts';
import { WorkloadFields } from './workload-fields.tsx';

/** Fleets that can be told apart by line and letter. */
const MIN_FLEETS = 2;
const MAX_FLEETS = 5;

const EMPTY: Choices = { gpus: [], models: [] };

/** How the rail's parts change the setup. */
export type EditSetup = (change: Partial<Setup>) => void;

export function Rail() {
  const state = useScenario();
  const setup = setupOf(state.document);
  const choices = useChoices();
  useUndoKeys();
  return (
    <aside className="rail" aria-label="Scenario">
      <h2 id="scenario" tabIndex={-1}>
        Scenario
      </h2>
      <HistoryButtons />
      {setup === null ? (
        <UneditableScenario document={state.document} />
      ) : (
        <SetupFields setup={setup} choices={choices} />
      )}
      <fieldset>
        <legend>Repetition</legend>
        <NumberField
          label="Seeds"
          unit="runs per fleet"
          value={state.seeds}
          min={1}
          max={MAX_SEEDS}
          step={1}
          onChange={(seeds) => setScenario({ document: state.document, seeds })}
        />
        {setup !== null && (
          <>
            <NumberField
              label="First seed"
              value={setup.seed}
              min={0}
              max={1_000_000}
              step={1}
              onChange={(seed) => editSetup(setup, { seed })}
            />
            <NumberField
              label="Requests per run"
              value={setup.requests}
              min={50}
              max={20_000}
              step={50}
              onChange={(requests) => editSetup(setup, { requests })}
            />
          </>
        )}
      </fieldset>
      {setup !== null && <TerminalTwin document={state.document} seeds={state.seeds} />}
    </aside>
  );
}

function editSetup(setup: Setup, change: Partial<Setup>): void {
  const { seeds } = useScenario.getState();
  setScenario({ document: documentOf({ ...setup, ...change }), seeds });
}

function SetupFields({ setup, choices }: { readonly setup: Setup; readonly choices: Choices }) {
  const edit: EditSetup = (change) => editSetup(setup, change);
  const editFleets = (fleets: readonly FleetSetup[]): void => edit({ fleets: withOwnNames(fleets) });
  return (
    <>
      <WorkloadFields setup={setup} edit={edit} />
      <fieldset>
        <legend>Limits (SLO)</legend>
        <NumberField
          label="TTFT p95 at most"
          unit="ms"
          value={setup.ttftP95Ms}
          min={1}
          max={600_000}
          step={50}
          onChange={(ttftP95Ms) => edit({ ttftP95Ms })}
        />
        <NumberField
          label="ITL p99 at most"
          unit="ms"
          value={setup.itlP99Ms}
          min={1}
          max={60_000}
          step={1}
          onChange={(itlP99Ms) => edit({ itlP99Ms })}
        />
        <NumberField
          label="Requests within both"
          unit="%"
          value={setup.attainment * 100}
          min={0}
          max={100}
          step={1}
          onChange={(percent) => edit({ attainment: percent / 100 })}
        />
      </fieldset>
      <fieldset>
        <legend>Model</legend>
        <SelectField
          label="Served model"
          value={setup.model}
          choices={choices.models}
          onChange={(model) => edit({ model })}
        />
      </fieldset>
      {setup.fleets.map((fleet, index) => (
        <FleetFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a fleet is its place: the letters follow it
          key={index}
          index={index}
          fleet={fleet}
          gpus={choices.gpus}
          onChange={(changed) => editFleets(setup.fleets.with(index, changed))}
          {...(setup.fleets.length > MIN_FLEETS
            ? { onRemove: () => editFleets(setup.fleets.toSpliced(index, 1)) }
            : {})}
        />
      ))}
      {setup.fleets.length < MAX_FLEETS && (
        <p>
          <button type="button" onClick={() => editFleets([...setup.fleets, setup.fleets.at(-1)!])}>
            Add a fleet
          </button>
        </p>
      )}
    </>
  );
}

function HistoryButtons() {
  const canUndo = useStore(useScenario.temporal, (state) => state.pastStates.length > 0);
  const canRedo = useStore(useScenario.temporal, (state) => state.futureStates.length > 0);
  const isDefault = useScenario((state) => keyOf(state) === keyOf(DEFAULT_STATE));
  return (
    <p className="buttons">
      <button type="button" onClick={undo} disabled={!canUndo}>
        Undo
      </button>
      <button type="button" onClick={redo} disabled={!canRedo}>
        Redo
      </button>
      <button type="button" disabled={isDefault} onClick={() => setScenario(DEFAULT_STATE)}>
        Start over
      </button>
    </p>
  );
}

function TerminalTwin({ document, seeds }: { readonly document: unknown; readonly seeds: number }) {
  return (
    <details>
      <summary>For the terminal</summary>
      <p className="quiet-text">
        Saved as <code>scenario.yaml</code>, this gives the same figures with{' '}
        <code>drydock compare scenario.yaml --seeds {seeds}</code>
      </p>
      <DocumentText document={document} />
    </details>
  );
}

function UneditableScenario({ document }: { readonly document: unknown }) {
  return (
    <>
      <p>This scenario has settings that these forms do not hold. It is run as it is:</p>
      <DocumentText document={document} />
    </>
  );
}

function DocumentText({ document }: { readonly document: unknown }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="document" aria-label="Scenario document" tabIndex={0}>
      <pre>{JSON.stringify(document, null, 2)}</pre>
    </section>
  );
}

function useChoices(): Choices {
  const [choices, setChoices] = useState(EMPTY);
  useEffect(() => {
    let isGone = false;
    void loadChoices().then((loaded) => {
      if (!isGone) setChoices(loaded);
    });
    return () => {
      isGone = true;
    };
  }, []);
  return choices;
}
