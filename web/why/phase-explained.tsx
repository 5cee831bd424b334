/** The phase that was picked from a bar, in words: what it is, and what shortens it. */
import type { ReactNode } from 'react';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { phaseWords } from '../inspect/why-words.ts';
import { useView } from '../state/view-store.ts';

/** `children`: further ways on. */
export function PhaseExplained({ children }: { readonly children?: ReactNode }) {
  const phase = useView((state) => state.phase);
  const part = PHASE_PARTS.find(({ id }) => id === phase);
  if (phase === null || part === undefined) return null;
  return (
    <div className="phase-explained" role="status">
      <p>
        <strong>{part.name.charAt(0).toUpperCase() + part.name.slice(1)}:</strong> {phaseWords(phase)}
      </p>
      <p className="buttons">
        {children}
        <button type="button" onClick={() => useView.setState({ phase: null })}>
          All phases
        </button>
      </p>
    </div>
  );
}

/** For bars of phases: picking the picked one puts it away. */
export function togglePhase(id: string): void {
  const part = PHASE_PARTS.find((one) => one.id === id);
  if (part === undefined) return;
  const phase = part.id as NonNullable<ReturnType<typeof useView.getState>['phase']>;
  useView.setState((state) => ({ phase: state.phase === phase ? null : phase }));
}
