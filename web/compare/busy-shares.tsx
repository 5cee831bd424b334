/** What the GPUs of every pool do with their time. */
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import type { Bar } from '../charts/parts.ts';
import { BUSY_PARTS } from '../charts/phase-parts.ts';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { percentText } from '../format.ts';

export function BusyShares({ fleets }: { readonly fleets: readonly FleetOutcome[] }) {
  const bars = fleets.flatMap(({ letter, report }): Bar[] =>
    report.pools.map(({ name, busy }) => ({
      fleet: letter,
      key: `${letter} ${name}`,
      label: report.pools.length === 1 ? letter : `${letter}, ${name}`,
      values: [busy.prefill, busy.decode, busy.transfer, busy.idle],
      total: `${percentText(1 - busy.idle)} busy`,
    })),
  );
  return (
    <StackedBars
      title="What the GPUs do"
      parts={BUSY_PARTS}
      about="busy"
      bars={bars}
      text={percentText}
      of="Fleet, pool"
      note="Shares of the time from the first arrival to the last answer. Decode runs at any batch: busy is not full."
    />
  );
}
