/** How a fleet is told apart everywhere: letter, colour and dash together, never colour alone. */

const COLOURS = ['var(--fleet-a)', 'var(--fleet-b)', 'var(--fleet-c)', 'var(--fleet-d)', 'var(--fleet-e)'];
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '12 2 1 2 1 2'];

export function fleetColour(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

export function fleetDash(index: number): string {
  return DASHES[index % DASHES.length]!;
}

/** The letter over a piece of the fleet's line. */
export function FleetMark({ index, letter }: { readonly index: number; readonly letter: string }) {
  return (
    <span className="fleet-mark" style={{ color: fleetColour(index) }}>
      {letter}
      <svg width="22" height="4" viewBox="0 0 22 4" aria-hidden="true">
        <line
          x1="0"
          y1="2"
          x2="22"
          y2="2"
          stroke="currentColor"
          strokeWidth="2"
          strokeDasharray={fleetDash(index)}
        />
      </svg>
    </span>
  );
}
