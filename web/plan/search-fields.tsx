/** What is searched: the part of a plan that its sentence has no room for. */
import type { Plan } from '../../sim/planner/schema.ts';
import { NumberField } from '../rail/number-field.tsx';
import { setDocument } from '../state/document-store.ts';

const TP = [1, 2, 4, 8, 16] as const;
const LAYOUTS = [
  { id: 'aggregated', name: 'aggregated' },
  { id: 'disaggregated', name: 'prefill and decode apart' },
] as const;
const BATCHES = [2048, 4096, 8192, 16_384] as const;
const PRECISIONS = ['bf16', 'fp8'] as const;

export function SearchFields({ plan }: { readonly plan: Plan }) {
  const edit = (change: Partial<Plan>): void => setDocument('plan', { ...plan, ...change });
  const { search } = plan;
  const editSearch = (change: Partial<Plan['search']>): void => edit({ search: { ...search, ...change } });
  const engine = search.engines?.[0];
  const isOneEngine = search.engines === undefined || search.engines.length === 1;
  const editEngine = (change: Partial<NonNullable<typeof engine>>): void =>
    editSearch({ engines: [{ name: 'vllm', ...engine, ...change }] });
  const batches = listOf(engine?.args?.['max_num_batched_tokens']);
  return (
    <>
      <Checks
        legend="GPUs per replica (TP)"
        options={TP.map((tp) => ({ id: tp, name: String(tp) }))}
        chosen={search.parallel?.tp ?? []}
        onChange={(tp) => editSearch({ parallel: { ...search.parallel, tp } })}
      />
      <Checks
        legend="Serving"
        options={LAYOUTS}
        chosen={search.layouts ?? ['aggregated']}
        onChange={(layouts) => editSearch({ layouts })}
      />
      {isOneEngine && (
        <>
          <Checks
            legend="Weights"
            options={PRECISIONS.map((id) => ({ id, name: id }))}
            chosen={engine?.weights ?? []}
            onChange={(weights) => editEngine({ weights })}
          />
          <Checks
            legend="KV cache"
            options={PRECISIONS.map((id) => ({ id, name: id }))}
            chosen={engine?.kv ?? []}
            onChange={(kv) => editEngine({ kv })}
          />
          <Checks
            legend="Tokens per step"
            options={BATCHES.map((tokens) => ({ id: tokens, name: tokens.toLocaleString('en') }))}
            chosen={batches.filter((value) => typeof value === 'number')}
            onChange={(tokens) => editEngine({ args: { ...engine?.args, max_num_batched_tokens: tokens } })}
          />
        </>
      )}
      <fieldset>
        <legend>Effort</legend>
        <NumberField
          label="Fleets to confirm"
          value={plan.answers ?? 5}
          min={1}
          max={20}
          step={1}
          onChange={(answers) => edit({ answers })}
        />
        <NumberField
          label="Seeds at most"
          value={plan.maxSeeds ?? 8}
          min={3}
          max={100}
          step={1}
          onChange={(maxSeeds) => edit({ maxSeeds })}
        />
        <NumberField
          label="Requests per run"
          value={plan.run?.requests ?? 1000}
          min={100}
          max={100_000}
          step={100}
          onChange={(requests) => edit({ run: { ...plan.run, requests } })}
        />
      </fieldset>
      <p className="quiet-text terminal">
        In a terminal: <code>drydock plan plan.yaml</code>
      </p>
    </>
  );
}

interface ChecksProps<Id> {
  readonly legend: string;
  readonly options: readonly { readonly id: Id; readonly name: string }[];
  readonly chosen: readonly Id[];
  readonly onChange: (chosen: Id[]) => void;
}

/** Several out of a few, in the order of the options; the last one stays. */
function Checks<Id extends string | number>({ legend, options, chosen, onChange }: ChecksProps<Id>) {
  return (
    <fieldset className="checks">
      <legend>{legend}</legend>
      {options.map(({ id, name }) => {
        const isOn = chosen.includes(id);
        return (
          <label key={id} className="check">
            <input
              type="checkbox"
              checked={isOn}
              disabled={isOn && chosen.length === 1}
              onChange={() => {
                const next = isOn ? chosen.filter((one) => one !== id) : [...chosen, id];
                onChange(options.map((option) => option.id).filter((one) => next.includes(one)));
              }}
            />
            {name}
          </label>
        );
      })}
    </fieldset>
  );
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
