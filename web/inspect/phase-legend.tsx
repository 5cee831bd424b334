/** The colours of the phases on a canvas, which has no textures: all waiting is one colour, as it is one thing to its user. */
import { PHASE_PARTS } from '../charts/phase-parts.ts';

const WORK = new Set(['frontEnd', 'prefill', 'transfer', 'decode']);

export function PhaseLegend() {
  return (
    <ul className="legend">
      <li>
        <span className="swatch" style={{ background: 'var(--queue)' }} />
        waiting (router, engine, decode instance, preempted)
      </li>
      {PHASE_PARTS.filter(({ id }) => WORK.has(id)).map(({ id, name, colour }) => (
        <li key={id}>
          <span className="swatch" style={{ background: colour }} />
          {name}
        </li>
      ))}
    </ul>
  );
}
