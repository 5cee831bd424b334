/** What can be done at once about a comparison that cannot be run: take the last change back, or give a model the GPUs that it needs. */

import { putDocument, undo, useScenario } from '../state/document-store.ts';
import type { RunStatus } from '../state/job-runner.ts';
import { documentOf, type Setup, setupOf } from '../state/setup.ts';

const MOST_TP = 16;

export function ProblemFixes({ status }: { readonly status: RunStatus }) {
  const setup = setupOf(useScenario((state) => state.document));
  if (status.kind !== 'invalid') return null;
  const isTooLarge = status.problems.some(({ path }) => /\.model$/.test(path));
  const wider = setup === null || !isTooLarge ? null : withMoreGpus(setup);
  return (
    <p className="buttons">
      <button type="button" onClick={undo}>
        Undo the last change
      </button>
      {wider !== null && (
        <button type="button" onClick={() => putDocument('comparison', documentOf(wider))}>
          Twice the GPUs per replica in every fleet
        </button>
      )}
    </p>
  );
}

function withMoreGpus(setup: Setup): Setup | null {
  const fleets = setup.fleets.map((fleet) => ({ ...fleet, tp: Math.min(MOST_TP, fleet.tp * 2) }));
  return fleets.every(({ tp }, i) => tp === setup.fleets[i]!.tp) ? null : { ...setup, fleets };
}
