/** Which step times the fleets run with: built in, or a calibration that was fitted and kept in this browser. */
import type { Comparison } from '../../sim/scenario/schema.ts';
import { useLibrary } from '../state/shelves.ts';
import { SelectField } from './select-field.tsx';

type Calibration = Comparison['calibration'];

interface CalibrationFieldProps {
  readonly value: Calibration;
  readonly onChange: (calibration: Calibration) => void;
}

const BUILT_IN = 'built-in';

/** Shown only where there is something to choose. */
export function CalibrationField({ value, onChange }: CalibrationFieldProps) {
  const kept = useLibrary((state) => state.calibrations);
  if (kept.size === 0 && value === undefined) return null;
  const own = nameOf(value);
  const choices = [
    { id: BUILT_IN, name: 'built-in, by engine version' },
    ...[...kept.keys()].map((name) => ({ id: `kept ${name}`, name })),
  ];
  return (
    <SelectField
      label="Step times"
      value={own !== BUILT_IN && kept.has(own) ? `kept ${own}` : own}
      choices={choices}
      onChange={(id) => onChange(kept.get(id.replace(/^kept /, ''))?.calibration)}
    />
  );
}

function nameOf(value: Calibration): string {
  if (value === undefined) return BUILT_IN;
  if (typeof value === 'string') return value;
  return 'name' in value ? value.name : 'as in the document';
}
