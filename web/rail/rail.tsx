/** The scenario beside the result. Every change is run at once; there is no button for it. */
import { setScenario, useOpened, useScenario } from '../state/document-store.ts';
import { useFlips } from '../state/flip-store.ts';
import { MAX_SEEDS } from '../state/fragment.ts';
import { documentOf, type FleetSetup, type Setup, setupOf, withOwnNames } from '../state/setup.ts';
import { useChoices } from '../state/use-choices.ts';
import type { Choices } from '../worker/api.ts';
import { CalibrationField } from './calibration-field.tsx';
import { DocumentPanel } from './document-panel.tsx';
import { FleetFields } from './fleet-fields.tsx';
import { fleetFlipTicks, flipTicks } from './flip-ticks.ts';
import { NumberField } from './number-field.tsx';
import { PriceFields } from './price-fields.tsx';
import { SelectField } from './select-field.tsx';
import { WorkloadFields } from './workload-fields.tsx';

/** Fleets that can be told apart by line and letter. */
const MIN_FLEETS = 2;
const MAX_FLEETS = 5;

/** How the rail's parts change the setup. */
export type EditSetup = (change: Partial<Setup>) => void;

/** The comparison as a form. */
export function Rail() {
  const { document, seeds } = useScenario();
  const setup = setupOf(document);
  const choices = useChoices();
  return (
    <DocumentPanel kind="comparison">
      {setup === null ? (
        <p>This scenario has settings that the form does not hold. It is run as it is; edit it as YAML.</p>
      ) : (
        <SetupFields setup={setup} choices={choices} />
      )}
      <fieldset>
        <legend>Repetition</legend>
        <NumberField
          label="Seeds"
          unit="runs per fleet"
          value={seeds}
          min={1}
          max={MAX_SEEDS}
          step={1}
          onChange={(next) => setScenario({ seeds: next })}
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
      <p className="quiet-text terminal">
        In a terminal: <code>drydock compare scenario.yaml --seeds {seeds}</code>
      </p>
    </DocumentPanel>
  );
}

function editSetup(setup: Setup, change: Partial<Setup>): void {
  setScenario({ document: documentOf({ ...setup, ...change }) });
}

function SetupFields({ setup, choices }: { readonly setup: Setup; readonly choices: Choices }) {
  const edit: EditSetup = (change) => editSetup(setup, change);
  const saved = setupOf(useOpened((state) => state.document));
  const basis = useFlips((state) => state.basis);
  const flips = flipTicks(setup, basis);
  const editFleets = (fleets: readonly FleetSetup[]): void => edit({ fleets: withOwnNames(fleets) });
  return (
    <>
      <WorkloadFields setup={setup} saved={saved} flips={flips} edit={edit} />
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
        <CalibrationField value={setup.calibration} onChange={(calibration) => edit({ calibration })} />
      </fieldset>
      {setup.fleets.map((fleet, index) => (
        <FleetFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a fleet is its place: the letters follow it
          key={index}
          index={index}
          fleet={fleet}
          saved={saved?.fleets.find(({ name }) => name === fleet.name) ?? saved?.fleets[index]}
          gpus={choices.gpus}
          flips={fleetFlipTicks(setup, basis, index)}
          onChange={(changed) => editFleets(setup.fleets.with(index, changed))}
          {...(setup.fleets.length > MIN_FLEETS
            ? { onRemove: () => editFleets(setup.fleets.toSpliced(index, 1)) }
            : {})}
          {...(index > 0
            ? { onMakeBaseline: () => editFleets([fleet, ...setup.fleets.toSpliced(index, 1)]) }
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
      <PriceFields setup={setup} saved={saved} gpus={choices.gpus} basis={basis} edit={edit} />
    </>
  );
}
