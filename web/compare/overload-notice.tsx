/** Said right under the verdicts where fleets are given more than they complete: their percentiles then depend on the run's length. */
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import { loadRun } from '../state/load-run.ts';

export function OverloadNotice({ fleets }: { readonly fleets: readonly FleetOutcome[] }) {
  const letters = fleets
    .filter(({ report }) => report.notes.some((note) => note.startsWith('overload:')))
    .map(({ letter }) => letter);
  if (letters.length === 0) return null;
  const findKnee = (): void => {
    loadRun.rerun();
    document.getElementById('load')?.scrollIntoView();
  };
  return (
    <p className="notice overload">
      Overload: requests arrive faster than {inWords(letters)} complete{letters.length === 1 ? 's' : ''} them,
      so that waits grow for as long as the run is.{' '}
      <button type="button" onClick={findKnee}>
        Find how much load they can take
      </button>
    </p>
  );
}

function inWords(letters: readonly string[]): string {
  return letters.length === 1 ? letters[0]! : `${letters.slice(0, -1).join(', ')} and ${letters.at(-1)}`;
}
