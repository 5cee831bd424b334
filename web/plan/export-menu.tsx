/** What can be done with one fleet of the answer: put it beside others, ask why its users wait, or take it away as files. */
import { useState } from 'react';
import type { Plan } from '../../sim/planner/schema.ts';
import type { Scenario } from '../../sim/scenario/schema.ts';
import { ExportDialog } from '../components/export-dialog.tsx';
import { announce } from '../shell/announce.tsx';
import { openScreen } from '../state/address.ts';
import { putDocument } from '../state/document-store.ts';
import { planRun } from '../state/plan-run.ts';
import { client } from '../state/simulator.ts';
import { useView } from '../state/view-store.ts';
import { shortFleet } from './plan-words.ts';

/** Fleets of a comparison at most. */
export const MOST_FLEETS = 5;

export function ExportMenu({ fleet, plan }: { readonly fleet: string; readonly plan: Plan }) {
  const [scenario, setScenario] = useState<Scenario | null>(null);
  return (
    <div className="row-actions">
      <button type="button" className="link" onClick={() => void takeFrom([fleet], plan, 'compare')}>
        Compare
      </button>
      <button type="button" className="link" onClick={() => void takeFrom([fleet], plan, 'inspect')}>
        Why?
      </button>
      <button
        type="button"
        className="link"
        data-save=""
        onClick={() => void client.remote.planScenario(plan, fleet).then(setScenario)}
      >
        Save…
      </button>
      {scenario !== null && (
        <ExportDialog
          name={fleet}
          title={shortFleet(fleet)}
          scenario={scenario}
          onClose={() => setScenario(null)}
        />
      )}
    </div>
  );
}

/** To a screen with these fleets first; a single one has the others of the answer behind it. */
export async function takeFrom(
  fleets: readonly string[],
  plan: Plan,
  screen: 'compare' | 'inspect',
): Promise<void> {
  const report = planRun.current();
  // Where the answer is a single fleet, those that were run and missed stand beside it.
  const run = (report?.rejected ?? []).filter(({ stage }) => stage === 'confirm' || stage === 'screen');
  const others = [...(report?.candidates ?? []), ...run]
    .map((one) => one.fleet)
    .filter((name) => !fleets.includes(name));
  const names = [...fleets, ...(fleets.length > 1 ? [] : others)].slice(0, MOST_FLEETS);
  const document = await client.remote.planComparison(plan, names);
  if (document === null || document.fleets.length < 2) {
    announce('A comparison needs two fleets; the answer has only this one.');
    return;
  }
  putDocument('comparison', document);
  useView.setState({ fleet: 0, request: null, instance: null });
  openScreen(screen);
}
