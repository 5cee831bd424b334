/** The experiment as a form: which policies, how often, how much load. The rest is in the YAML. */
import type { Lab } from '../../sim/lab/schema.ts';
import { NumberField } from '../rail/number-field.tsx';
import { setDocument } from '../state/document-store.ts';
import { useChoices } from '../state/use-choices.ts';

export function LabFields({ lab }: { readonly lab: Lab }) {
  const { policies } = useChoices();
  const edit = (change: Partial<Lab>): void => setDocument('lab', { ...lab, ...change });
  const names = lab.policies.map(({ name, baseline }) => baseline ?? name);
  const toggle = (id: string): void =>
    edit({
      policies: names.includes(id)
        ? lab.policies.filter(({ name, baseline }) => (baseline ?? name) !== id)
        : [...lab.policies, { name: id, baseline: id }],
    });
  return (
    <>
      <fieldset>
        <legend>Policies</legend>
        <p className="quiet-text">The first one, {lab.policies[0]!.name}, is the baseline.</p>
        {policies.map(({ id, name }) => (
          <label key={id} className="check" title={name}>
            <input
              type="checkbox"
              checked={names.includes(id)}
              disabled={names[0] === id}
              onChange={() => toggle(id)}
            />
            {id}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Repetition</legend>
        <NumberField
          label="Seeds"
          value={lab.seeds ?? 5}
          min={1}
          max={50}
          step={1}
          onChange={(seeds) => edit({ seeds })}
        />
        <NumberField
          label="Requests per run"
          value={lab.run?.requests ?? 1000}
          min={50}
          max={20_000}
          step={50}
          onChange={(requests) => edit({ run: { ...lab.run, requests } })}
        />
      </fieldset>
      <p className="quiet-text terminal">
        In a terminal: <code>drydock lab lab.yaml</code>
      </p>
    </>
  );
}
