/** One fleet: its GPU, how its replicas are built and divided, and what its engines and links are given. */
import { LINK_VALUES, STEP_TOKENS_VALUES, TP_VALUES } from '../../sim/why/step-values.ts';
import { FleetMark } from '../components/fleet-mark.tsx';
import { type FleetSetup, type FleetShape, withShape } from '../state/setup.ts';
import type { Choice, GpuChoice } from '../worker/api.ts';
import type { FleetFlipTicks } from './flip-ticks.ts';
import { NumberField } from './number-field.tsx';
import { SelectField } from './select-field.tsx';
import { TextField } from './text-field.tsx';

/** Replicas per pool that the form offers. */
const MAX_REPLICAS = 64;

const SHAPE_CHOICES: readonly Choice[] = [
  { id: 'aggregated', name: 'aggregated' },
  { id: 'split', name: 'prefill and decode apart' },
];

interface FleetFieldsProps {
  readonly index: number;
  readonly fleet: FleetSetup;
  /** As it was when the document was opened. */
  readonly saved: FleetSetup | undefined;
  readonly gpus: readonly GpuChoice[];
  readonly flips: FleetFlipTicks;
  readonly onChange: (fleet: FleetSetup) => void;
  /** Omitted: the fleet must stay. */
  readonly onRemove?: () => void;
  /** Omitted: it is the baseline already. */
  readonly onMakeBaseline?: () => void;
}

export function FleetFields(props: FleetFieldsProps) {
  const { index, fleet, saved, gpus, flips, onChange, onRemove, onMakeBaseline } = props;
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
      <NumberField
        label="GPUs per replica"
        unit="TP"
        term="TP"
        value={fleet.tp}
        saved={saved?.tp}
        flips={flips.tp ?? []}
        min={1}
        max={TP_VALUES.at(-1)!}
        step={1}
        slider={{ values: TP_VALUES }}
        onChange={(tp) => onChange({ ...fleet, tp })}
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
        <SplitFields shape={shape} saved={saved?.shape} flips={flips} onChange={reshape} />
      )}
      <EngineFields
        fleet={fleet}
        saved={saved}
        gpu={gpus.find(({ id }) => id === fleet.gpu)}
        flips={flips}
        onChange={onChange}
      />
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

interface EngineFieldsProps extends Pick<FleetFieldsProps, 'fleet' | 'saved' | 'flips' | 'onChange'> {
  /** Undefined until the catalogue is there. */
  readonly gpu: GpuChoice | undefined;
}

/** Token budget and KV link. What is set back to the default leaves the document. */
function EngineFields({ fleet, saved, gpu, flips, onChange }: EngineFieldsProps) {
  if (gpu === undefined) return null;
  const { stepTokens, nic } = gpu;
  return (
    <>
      <NumberField
        label="Tokens per step"
        unit="chunk"
        term="Chunked prefill"
        value={fleet.stepTokens ?? stepTokens}
        saved={saved === undefined ? undefined : (saved.stepTokens ?? stepTokens)}
        flips={flips.stepTokens ?? []}
        min={64}
        max={131_072}
        step={1}
        slider={{ values: STEP_TOKENS_VALUES }}
        onChange={(next) => onChange({ ...fleet, stepTokens: next === stepTokens ? null : next })}
      />
      {fleet.shape.kind === 'split' && (
        <NumberField
          label="KV link"
          unit="GB/s per GPU"
          value={fleet.kvLink?.GBps ?? nic.GBps}
          saved={saved === undefined ? undefined : (saved.kvLink?.GBps ?? nic.GBps)}
          flips={flips.link ?? []}
          min={0.1}
          max={2000}
          step={0.1}
          slider={{ values: LINK_VALUES }}
          onChange={(GBps) =>
            onChange({
              ...fleet,
              kvLink: GBps === nic.GBps ? null : { GBps, baseUs: fleet.kvLink?.baseUs ?? nic.baseUs },
            })
          }
        />
      )}
    </>
  );
}

function SplitFields({
  shape,
  saved,
  flips,
  onChange,
}: {
  readonly shape: Extract<FleetShape, { kind: 'split' }>;
  readonly saved: FleetShape | undefined;
  readonly flips: FleetFlipTicks;
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
        saved={saved?.kind === 'split' && saved.prefill + saved.decode === total ? saved.prefill : undefined}
        flips={flips.split ?? []}
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
