/**
 * A labelled number, with a slider beside it where one helps. What is typed is taken as soon as it is valid; what is not
 * stays in the field, with the permitted range, and the scenario keeps its last valid value.
 */
import { useEffect, useId, useState } from 'react';

interface Slider {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

interface NumberFieldProps {
  readonly label: string;
  readonly unit?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Range of the slider; omitted: none. */
  readonly slider?: Slider;
  readonly onChange: (value: number) => void;
}

export function NumberField({ label, unit, value, min, max, step, slider, onChange }: NumberFieldProps) {
  const id = useId();
  const [text, setText] = useState(textOf(value));
  // The value may also change from outside: slider, undo, address.
  useEffect(() => {
    setText((current) => (Number(current) === Number(textOf(value)) ? current : textOf(value)));
  }, [value]);
  const isWhole = Number.isInteger(step) && Number.isInteger(min);
  const problem = problemOf(text, min, max, isWhole);
  const take = (next: string): void => {
    setText(next);
    if (problemOf(next, min, max, isWhole) === null && Number(next) !== Number(textOf(value)))
      onChange(Number(next));
  };
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {unit !== undefined && <span className="unit">, {unit}</span>}
      </label>
      {slider !== undefined && (
        <input
          type="range"
          aria-label={`${label}, slider`}
          min={slider.min}
          max={slider.max}
          step={slider.step}
          value={value}
          onChange={(event) => take(event.target.value)}
        />
      )}
      <input
        id={id}
        type="number"
        inputMode="decimal"
        min={min}
        max={max}
        step={step}
        value={text}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={(event) => take(event.target.value)}
        onBlur={() => problem !== null && setText(textOf(value))}
      />
      {problem !== null && (
        <span id={`${id}-problem`} className="field-problem">
          {problem}
        </span>
      )}
    </div>
  );
}

/** Three decimals at most: what the eye can use. */
function textOf(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function problemOf(text: string, min: number, max: number, isWhole: boolean): string | null {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return `a number from ${min} to ${max}`;
  if (value < min || value > max) return `${min} to ${max}`;
  if (isWhole && !Number.isInteger(value)) return 'a whole number';
  return null;
}
