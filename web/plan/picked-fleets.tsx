/** The fleets that are picked in the plan's chart, how many more fit, and the way on with them. */
import { FleetName } from './candidate-table.tsx';
import { MOST_FLEETS } from './export-menu.tsx';
import type { Picks } from './picks.ts';

interface PickedFleetsProps {
  readonly picks: Picks;
  readonly onward: () => void;
}

export function PickedFleets({ picks: { picked, note, clear }, onward }: PickedFleetsProps) {
  // The region stays on the page, so that what comes into it is announced.
  return (
    <div className="picked" role="status">
      {picked.length > 0 && (
        <>
          <p>
            Picked {picked.length} of {MOST_FLEETS} at most. {note}
          </p>
          <ul>
            {picked.map((fleet) => (
              <li key={fleet}>
                <FleetName name={fleet} />
              </li>
            ))}
          </ul>
          <p className="buttons">
            <button type="button" onClick={onward}>
              {picked.length === 1 ? 'Compare it with the others' : `Compare these ${picked.length}`}
            </button>
            <button type="button" onClick={clear}>
              Pick none
            </button>
          </p>
        </>
      )}
    </div>
  );
}
