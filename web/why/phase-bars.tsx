/** Bars of the phases of a request, of which one can be picked: it is explained below them, and stands out wherever phases are drawn. */
import type { ReactNode } from 'react';
import type { Bar } from '../charts/parts.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { figureText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import { PhaseExplained, togglePhase } from './phase-explained.tsx';

interface PhaseBarsProps {
  readonly title: string;
  /** Values in ms, by the order of `PHASE_PARTS`. */
  readonly bars: readonly Bar[];
  /** Heading of the bars in the table. */
  readonly of: string;
  readonly note?: string;
  /** Is told the bar of a phase that was picked. */
  readonly onPick?: (bar: Bar) => void;
  /** Further ways on from the explanation. */
  readonly children?: ReactNode;
}

export function PhaseBars({ title, bars, of, note, onPick, children }: PhaseBarsProps) {
  const picked = useView((state) => state.phase);
  const choose = (id: string, bar: Bar): void => {
    onPick?.(bar);
    togglePhase(id);
  };
  return (
    <>
      <StackedBars
        parts={PHASE_PARTS}
        about="phases"
        text={(ms) => figureText(ms, 'ms')}
        pick={{ picked, choose }}
        {...{ title, bars, of }}
        {...(note === undefined ? {} : { note })}
      />
      <PhaseExplained>{children}</PhaseExplained>
    </>
  );
}
