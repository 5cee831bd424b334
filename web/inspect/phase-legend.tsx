/** The colours of the phases on a canvas, which has no textures: all waiting is one colour, as it is one thing to its user. */
import { PHASE_PARTS } from '../charts/phase-parts.ts';

const WORK = ['frontEnd', 'prefill', 'transfer', 'decode'] as const;

interface PhaseLegendProps {
  /** Phases of work that are drawn; omitted: all of them, and waiting. */
  readonly of?: readonly (typeof WORK)[number][];
}

export function PhaseLegend({ of }: PhaseLegendProps) {
  const shown: readonly string[] = of ?? WORK;
  return (
    <ul className="legend">
      {of === undefined && (
        <li>
          <span className="swatch" style={{ background: 'var(--queue)' }} />
          waiting (router, engine, decode instance, preempted)
        </li>
      )}
      {PHASE_PARTS.filter(({ id }) => shown.includes(id)).map(({ id, name, colour }) => (
        <li key={id}>
          <span className="swatch" style={{ background: colour }} />
          {name}
        </li>
      ))}
    </ul>
  );
}
