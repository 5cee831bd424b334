/** Traffic to start from, one button each. */
import type { Plan } from '../../sim/planner/schema.ts';
import { putDocument } from '../state/document-store.ts';
import { workloadName } from './plan-fields.ts';
import { PLAN_PRESETS, planOfPreset } from './presets.ts';

export function PresetChips({ plan }: { readonly plan: Plan }) {
  const current = workloadName(plan.workload);
  return (
    <fieldset className="chips">
      <legend>Start from</legend>
      {PLAN_PRESETS.map((preset) => (
        <button
          key={preset.id}
          type="button"
          aria-pressed={preset.name === current}
          onClick={() => void planOfPreset(plan, preset).then((next) => putDocument('plan', next))}
        >
          {preset.name}
        </button>
      ))}
    </fieldset>
  );
}
