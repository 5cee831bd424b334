/**
 * Charts that belong together: what points at a fleet in one of them (a line, a bar, a mark, its letter in the legend) brings that
 * fleet forward in all. Marks carry `data-fleet`; hovering sets an attribute and draws nothing anew. The legend's buttons hold
 * a fleet forward, for keys and fingers.
 */
import { type ReactNode, useRef, useState } from 'react';
import { FleetMark } from '../components/fleet-mark.tsx';

interface LinkedFleetsProps {
  readonly fleets: readonly { readonly letter: string; readonly name: string }[];
  readonly children: ReactNode;
}

export function LinkedFleets({ fleets, children }: LinkedFleetsProps) {
  const ref = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<string | null>(null);
  const lit = fleets.some(({ letter }) => letter === held) ? held : null;
  const show = (letter: string | null): void => {
    if (letter === null) ref.current?.removeAttribute('data-lit');
    else ref.current?.setAttribute('data-lit', letter);
  };
  const letterAt = (event: React.PointerEvent): string | null =>
    event.target instanceof Element
      ? (event.target.closest('[data-fleet]')?.getAttribute('data-fleet') ?? null)
      : null;
  return (
    <div
      ref={ref}
      className="linked"
      data-lit={lit}
      onPointerOver={(event) => show(letterAt(event) ?? lit)}
      onPointerLeave={() => show(lit)}
    >
      <fieldset className="fleet-legend">
        <legend>Bring one fleet forward in all charts</legend>
        {fleets.map(({ letter, name }, index) => (
          <button
            key={letter}
            type="button"
            className="fleet-key"
            data-fleet={letter}
            aria-pressed={letter === lit}
            onClick={() => setHeld(letter === lit ? null : letter)}
          >
            <FleetMark index={index} letter={letter} /> {name}
          </button>
        ))}
      </fieldset>
      {children}
    </div>
  );
}
