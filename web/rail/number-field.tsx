/**
 * A labelled number, with a slider beside it where one helps. What is typed is taken as soon as it is valid; what is not
 * stays in the field, with the permitted range, and the scenario keeps its last valid value. Ticks at the slider show
 * where it stood when the document was opened, and where the decision changes as far as that has been looked for.
 */
import { useEffect, useId, useState } from 'react';
import { Term } from '../components/term.tsx';
import type { TermName } from '../shell/glossary.ts';
import type { FlipTick } from './flip-ticks.ts';
import { rangeOf, type SliderScale, shareAt, thumbAt, valueAt } from './slider-scale.ts';

interface NumberFieldProps {
  readonly label: string;
  readonly unit?: string;
  /** What the unit, or else the label, is explained as. */
  readonly term?: TermName;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Decimals that are shown; the document keeps all. */
  readonly decimals?: number;
  /** Range of the slider; omitted: none. */
  readonly slider?: SliderScale;
  /** Value when the document was opened: a tick on the slider, and the way back to it. */
  readonly saved?: number | undefined;
  /** Values at which the decision changes. */
  readonly flips?: readonly FlipTick[];
  readonly onChange: (value: number) => void;
}

export function NumberField(props: NumberFieldProps) {
  const {
    label,
    unit,
    term,
    value,
    min,
    max,
    step,
    decimals = 3,
    slider,
    saved,
    flips = [],
    onChange,
  } = props;
  const textOf = (of: number): string => rounded(of, decimals);
  const id = useId();
  const [text, setText] = useState(textOf(value));
  // The value may also change from outside: slider, undo, address.
  useEffect(() => {
    setText((current) =>
      Number(current) === Number(rounded(value, decimals)) ? current : rounded(value, decimals),
    );
  }, [value, decimals]);
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
      {term === undefined ? (
        <label htmlFor={id}>
          {label}
          {unit !== undefined && <span className="unit">, {unit}</span>}
        </label>
      ) : (
        // A button within a label would be pressed with it: the label has the words once more for who hears them.
        <span className="label">
          <label htmlFor={id}>
            {label}
            {unit !== undefined && <span className="visually-hidden">, {unit}</span>}
          </label>
          {unit !== undefined && <span className="unit">, </span>}
          <Term name={term}>{unit ?? term}</Term>
        </span>
      )}
      {slider !== undefined && (
        <span className="slider">
          {isMoved && <Tick scale={slider} at={saved} kind="ghost" />}
          {flips.map(({ at }) => (
            <Tick key={at} scale={slider} at={at} kind="flip" />
          ))}
          <input
            type="range"
            aria-label={`${label}, slider`}
            aria-valuetext={textOf(value)}
            {...rangeOf(slider)}
            value={thumbAt(slider, value)}
            onChange={(event) => take(textOf(valueAt(slider, Number(event.target.value))))}
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
      {flips.map(({ at, words }) => (
        <span key={at} className="flip-text">
          {words}
        </span>
      ))}
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

interface TickProps {
  readonly scale: SliderScale;
  readonly at: number;
  readonly kind: 'ghost' | 'flip';
}

/** A mark on the track; the thumb is 16 px wide, and its middle never reaches the ends. The words beside it say the same. */
function Tick({ scale, at, kind }: TickProps) {
  const share = shareAt(scale, at);
  if (share === null) return null;
  return (
    <span className={kind} style={{ left: `calc(8px + ${share} * (100% - 16px))` }} aria-hidden="true" />
  );
}

function rounded(value: number, decimals: number): string {
  return String(Math.round(value * 10 ** decimals) / 10 ** decimals);
}

function problemOf(text: string, min: number, max: number, isWhole: boolean): string | null {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return `a number from ${min} to ${max}`;
  if (value < min || value > max) return `${min} to ${max}`;
  if (isWhole && !Number.isInteger(value)) return 'a whole number';
  return null;
}
