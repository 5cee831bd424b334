/** Fleets that are picked for a comparison: no more than it holds, and in words what did not fit. */
import { useState } from 'react';

export interface Picks {
  readonly picked: readonly string[];
  /** What was left out of the last picking; empty: nothing. */
  readonly note: string;
  /** Takes a fleet up, or lets it go. */
  readonly toggle: (fleet: string) => void;
  /** Takes several, in place of those that are picked or with them; the first of `order` where they are too many. */
  readonly take: (fleets: readonly string[], isAdded: boolean) => void;
  readonly clear: () => void;
}

const NONE = { marked: [] as readonly string[], note: '' };

/** `order`: all that can be picked, best first. */
export function usePicks(order: readonly string[], most: number): Picks {
  const [{ marked, note }, set] = useState(NONE);
  const picked = marked.filter((fleet) => order.includes(fleet));
  const keep = (wanted: readonly string[], note: string): void =>
    set({ marked: wanted.slice(0, most), note: wanted.length > most ? note : '' });
  return {
    picked,
    note,
    toggle: (fleet) =>
      picked.includes(fleet)
        ? keep(
            picked.filter((one) => one !== fleet),
            '',
          )
        : keep([...picked, fleet], `A comparison holds ${most} fleets: let one go first.`),
    take: (fleets, isAdded) => {
      const before = isAdded ? picked : [];
      const wanted = [...before, ...order.filter((one) => fleets.includes(one) && !before.includes(one))];
      keep(wanted, `Of ${wanted.length} fleets the ${most} best: a comparison holds no more.`);
    },
    clear: () => set(NONE),
  };
}
