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
  /** Value when the document was opened: a tick on the slider, and the way back to it. */
  readonly saved?: number;
  readonly onChange: (value: number) => void;
}

export function NumberField({
  label,
  unit,
  value,
  min,
  max,
  step,
  slider,
  saved,
  onChange,
}: NumberFieldProps) {
  const id = useId();
  const [text, setText] = useState(textOf(value));
  // The value may also change from outside: slider, undo, address.
  useEffect(() => {
    setText((current) => (Number(current) === Number(textOf(value)) ? current : textOf(value)));
  }, [value]);
  const isMoved = saved !== undefined && textOf(saved) !== textOf(value);
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
        <span className="slider">
          {isMoved && <GhostTick at={saved} {...slider} />}
          <input
            type="range"
            aria-label={`${label}, slider`}
            min={slider.min}
            max={slider.max}
            step={slider.step}
            value={value}
            onChange={(event) => take(event.target.value)}
          />
        </span>
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
      {isMoved && (
        <button type="button" className="link reset" onClick={() => take(textOf(saved))}>
          back to {textOf(saved)}
          <span className="visually-hidden">, {label}</span>
        </button>
      )}
      {problem !== null && (
        <span id={`${id}-problem`} className="field-problem">
          {problem}
        </span>
      )}
    </div>
  );
}

/** Where the slider stood; the thumb is 16 px wide, and its middle never reaches the ends. */
function GhostTick({ at, min, max }: Slider & { readonly at: number }) {
  const share = Math.min(1, Math.max(0, (at - min) / (max - min)));
  return (
    <span className="ghost" style={{ left: `calc(8px + ${share} * (100% - 16px))` }} aria-hidden="true" />
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
