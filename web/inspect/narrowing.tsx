/** What the requests of a recording are narrowed to by choice: those that one instance served, and which phase stands out. */
import type { Recording } from '../../sim/inspect/recording.ts';
import { PHASES } from '../../sim/metrics/phases.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { useView } from '../state/view-store.ts';

/** The instance that the view is narrowed to; null where this recording has none of its number. */
export function useInstance({ instances }: Recording): number | null {
  const instance = useView((state) => state.instance);
  return instance === null || instance >= instances.length ? null : instance;
}

interface NarrowingProps {
  readonly instances: Recording['instances'];
  readonly instance: number | null;
}

/** Whose requests are drawn, and which of their phases stands out. */
export function Narrowing({ instances, instance }: NarrowingProps) {
  const phase = useView((state) => state.phase);
  return (
    <>
      <label className="inline-field">
        Served by
        <select
          value={instance ?? ''}
          onChange={({ target: { value } }) =>
            useView.setState({ instance: value === '' ? null : Number(value) })
          }
        >
          <option value="">any instance</option>
          {instances.map(({ name }, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="inline-field">
        Bring forward
        <select
          value={phase ?? ''}
          onChange={({ target: { value } }) =>
            useView.setState({ phase: PHASES.find((id) => id === value) ?? null })
          }
        >
          <option value="">all phases</option>
          {PHASE_PARTS.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
