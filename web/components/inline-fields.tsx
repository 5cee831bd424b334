/** The blanks of a sentence: real fields, as wide as what stands in them. */
import { useEffect, useState } from 'react';
import type { Choice } from '../worker/api.ts';
import '../style/blank.css';

interface InlineNumberProps {
  readonly label: string;
  readonly value: number | null;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  /** Whether it may be left empty. */
  readonly isOptional?: boolean;
  readonly onChange: (value: number | null) => void;
}

export function InlineNumber({ label, value, min, max, step, isOptional, onChange }: InlineNumberProps) {
  const [text, setText] = useState(textOf(value));
  useEffect(() => {
    setText((current) => (current !== '' && Number(current) === value ? current : textOf(value)));
  }, [value]);
  const read = (next: string): number | null | undefined => {
    if (next.trim() === '') return isOptional === true ? null : undefined;
    const number = Number(next);
    return Number.isFinite(number) && number >= min && number <= max ? number : undefined;
  };
  const isBad = read(text) === undefined;
  return (
    <input
      className="blank"
      type="text"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={isBad}
      title={isBad ? `${min} to ${max}` : undefined}
      placeholder={isOptional === true ? 'any' : undefined}
      size={Math.max(isOptional === true ? 3 : 1, text.length)}
      value={text}
      onKeyDown={(event) => {
        const sign = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
        if (sign === 0 || value === null) return;
        event.preventDefault();
        const next = Math.min(max, Math.max(min, Number((value + sign * (step ?? 1)).toPrecision(12))));
        setText(textOf(next));
        onChange(next);
      }}
      onChange={(event) => {
        setText(event.target.value);
        const next = read(event.target.value);
        if (next !== undefined && next !== value) onChange(next);
      }}
      onBlur={() => isBad && setText(textOf(value))}
    />
  );
}

function textOf(value: number | null): string {
  return value === null ? '' : String(Math.round(value * 1000) / 1000);
}

interface InlineSelectProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: (id: string) => void;
}

export function InlineSelect({ label, value, choices, onChange }: InlineSelectProps) {
  const isKnown = choices.some(({ id }) => id === value);
  return (
    <select
      className="blank"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {!isKnown && <option value={value}>{value}</option>}
      {choices.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

interface InlineSetProps {
  readonly label: string;
  readonly chosen: readonly string[];
  readonly choices: readonly Choice[];
  readonly onChange: (ids: readonly string[]) => void;
}

/** Several out of many; the last one cannot be taken away. */
export function InlineSet({ label, chosen, choices, onChange }: InlineSetProps) {
  const names = chosen.map((id) => shortName(choices.find((choice) => choice.id === id)?.name ?? id));
  const all = [
    ...choices,
    ...chosen.filter((id) => !choices.some((one) => one.id === id)).map((id) => ({ id, name: id })),
  ];
  return (
    <details className="blank-set">
      <summary className="blank" aria-label={`${label}: ${names.join(', ')}`}>
        {names.join(', ')}
      </summary>
      <fieldset>
        <legend>{label}</legend>
        {all.map(({ id, name }) => (
          <label key={id} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              disabled={chosen.length === 1 && chosen.includes(id)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
              }
            />
            {name}
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** `NVIDIA H100 SXM` is H100 SXM within a sentence. */
function shortName(name: string): string {
  return name.replace(/^(NVIDIA|AMD|Google|Intel|AWS) /, '');
}
