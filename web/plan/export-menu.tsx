/** What can be done with one fleet of the answer: put it beside others, or take it away as a file. */
import type { Plan } from '../../sim/planner/schema.ts';
import { announce } from '../shell/announce.tsx';
import { fileName, saveFile } from '../shell/save.ts';
import { openScreen } from '../state/address.ts';
import { endStep, setScenario } from '../state/document-store.ts';
import { planRun } from '../state/plan-run.ts';
import { client } from '../state/simulator.ts';

/** Fleets of a comparison at most. */
const MOST_FLEETS = 5;

export function ExportMenu({ fleet, plan }: { readonly fleet: string; readonly plan: Plan }) {
  return (
    <div className="row-actions">
      <button type="button" onClick={() => void compareFrom(fleet, plan)}>
        Compare
      </button>
      <button type="button" onClick={() => void saveScenario(fleet, plan)}>
        Save YAML
      </button>
    </div>
  );
}

/** This fleet first, then the others of the answer. */
async function compareFrom(fleet: string, plan: Plan): Promise<void> {
  const report = planRun.current();
  // Where the answer is a single fleet, those that were run and missed stand beside it.
  const run = (report?.rejected ?? []).filter(({ stage }) => stage === 'confirm' || stage === 'screen');
  const others = [...(report?.candidates ?? []), ...run]
    .map((one) => one.fleet)
    .filter((name) => name !== fleet);
  const names = [fleet, ...others].slice(0, MOST_FLEETS);
  const document = await client.remote.planComparison(plan, names);
  if (document === null || document.fleets.length < 2) {
    announce('A comparison needs two fleets; the answer has only this one.');
    return;
  }
  endStep();
  setScenario({ document });
  openScreen('compare');
}

async function saveScenario(fleet: string, plan: Plan): Promise<void> {
  const scenario = await client.remote.planScenario(plan, fleet);
  const { stringify } = await import('yaml');
  const head = `# ${fleet}\n# Out of a Drydock plan: simulated estimate, validate before production.\n`;
  saveFile(
    fileName(plan.name ?? 'plan', 'fleet', 'yaml'),
    head + stringify(scenario, { lineWidth: 0 }),
    'text/yaml',
  );
}
