/** One fleet: its GPU, tensor parallelism, and how its replicas are divided. */
import { FleetMark } from '../components/fleet-mark.tsx';
import { type FleetSetup, type FleetShape, withShape } from '../state/setup.ts';
import type { Choice } from '../worker/api.ts';
import { NumberField } from './number-field.tsx';
import { SelectField } from './select-field.tsx';
import { TextField } from './text-field.tsx';

/** Replicas per pool that the form offers. */
const MAX_REPLICAS = 64;

const TP_CHOICES: readonly Choice[] = [1, 2, 4, 8].map((tp) => ({ id: String(tp), name: String(tp) }));

const SHAPE_CHOICES: readonly Choice[] = [
  { id: 'aggregated', name: 'aggregated' },
  { id: 'split', name: 'prefill and decode apart' },
];

interface FleetFieldsProps {
  readonly index: number;
  readonly fleet: FleetSetup;
  readonly gpus: readonly Choice[];
  readonly onChange: (fleet: FleetSetup) => void;
  /** Omitted: the fleet must stay. */
  readonly onRemove?: () => void;
  /** Omitted: it is the baseline already. */
  readonly onMakeBaseline?: () => void;
}

export function FleetFields({ index, fleet, gpus, onChange, onRemove, onMakeBaseline }: FleetFieldsProps) {
  const { shape } = fleet;
  const letter = String.fromCharCode(65 + index);
  const reshape = (next: FleetShape): void => onChange(withShape(fleet, next));
  return (
    <fieldset>
      <legend>
        <FleetMark index={index} letter={letter} /> {fleet.name}
      </legend>
      <TextField label="Name" value={fleet.name} onChange={(name) => onChange({ ...fleet, name })} />
      <SelectField
        label="GPU"
        value={fleet.gpu}
        choices={gpus}
        onChange={(gpu) => onChange({ ...fleet, gpu })}
      />
      <SelectField
        label="GPUs per replica (TP)"
        value={String(fleet.tp)}
        choices={TP_CHOICES}
        onChange={(tp) => onChange({ ...fleet, tp: Number(tp) })}
      />
      <SelectField
        label="Serving"
        value={shape.kind}
        choices={SHAPE_CHOICES}
        onChange={(kind) => kind !== shape.kind && reshape(converted(shape))}
      />
      {shape.kind === 'aggregated' ? (
        <NumberField
          label="Replicas"
          value={shape.replicas}
          min={1}
          max={MAX_REPLICAS}
          step={1}
          onChange={(replicas) => reshape({ kind: 'aggregated', replicas })}
        />
      ) : (
        <SplitFields shape={shape} onChange={reshape} />
      )}
      <p className="buttons">
        {onMakeBaseline !== undefined && (
          <button type="button" onClick={onMakeBaseline}>
            Make {letter} the baseline
          </button>
        )}
        {onRemove !== undefined && (
          <button type="button" onClick={onRemove}>
            Remove {letter}
          </button>
        )}
      </p>
    </fieldset>
  );
}

function SplitFields({
  shape,
  onChange,
}: {
  readonly shape: Extract<FleetShape, { kind: 'split' }>;
  readonly onChange: (shape: FleetShape) => void;
}) {
  const { prefill, decode } = shape;
  const total = prefill + decode;
  return (
    <>
      <NumberField
        label="Replicas in all"
        value={total}
        min={2}
        max={2 * MAX_REPLICAS}
        step={1}
        onChange={(all) => {
          const share = Math.min(all - 1, Math.max(1, Math.round((all * prefill) / total)));
          onChange({ kind: 'split', prefill: share, decode: all - share });
        }}
      />
      <NumberField
        label="Of these, prefill"
        value={prefill}
        min={1}
        max={total - 1}
        step={1}
        {...(total > 2 ? { slider: { min: 1, max: total - 1, step: 1 } } : {})}
        onChange={(next) => onChange({ kind: 'split', prefill: next, decode: total - next })}
      />
    </>
  );
}

/** The same replicas, divided the other way. */
function converted(shape: FleetShape): FleetShape {
  if (shape.kind === 'split') return { kind: 'aggregated', replicas: shape.prefill + shape.decode };
  const all = Math.max(2, shape.replicas);
  const prefill = Math.floor(all / 2);
  return { kind: 'split', prefill, decode: all - prefill };
}
