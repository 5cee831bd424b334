/** Where the time to the first token goes: by fleet, for all requests and for the slow ones. */
import { useState } from 'react';
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import type { Bar } from '../charts/parts.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { figureText } from '../format.ts';
import { openScreen } from '../state/address.ts';
import { useView } from '../state/view-store.ts';
import { PhaseBars } from '../why/phase-bars.tsx';

const BANDS: readonly { readonly band: string; readonly name: string }[] = [
  { band: 'all', name: 'all' },
  { band: 'p90-p99', name: 'p90–p99' },
];

export function WhereTimeGoes({ fleets }: { readonly fleets: readonly FleetOutcome[] }) {
  const [picked, setPicked] = useState('A');
  const letter = fleets.some((fleet) => fleet.letter === picked) ? picked : 'A';
  const inspect = (): void => {
    useView.setState({ fleet: letter.charCodeAt(0) - 65, request: null, instance: null });
    openScreen('inspect');
  };
  const bars = fleets.flatMap(({ letter, report }): Bar[] =>
    BANDS.flatMap(({ band, name }) => {
      const cohort = report.attribution.ttftMs.find((one) => one.band === band);
      if (cohort === undefined) return [];
      return [
        {
          fleet: letter,
          key: `${letter} ${band}`,
          label: `${letter}, ${name}`,
          values: PHASE_PARTS.map(({ id }) => cohort.parts[id as keyof typeof cohort.parts]),
          total: figureText(cohort.meanMs, 'ms'),
        },
      ];
    }),
  );
  return (
    <div>
      <PhaseBars
        title="Where the time to the first token goes"
        bars={bars}
        of="Fleet, cohort by TTFT"
        note="Mean of each cohort. Queues are what more GPUs shorten; prefill is work."
        onPick={({ fleet }) => setPicked(fleet ?? 'A')}
      >
        <button type="button" onClick={inspect}>
          Show it in the requests of {letter}
        </button>
      </PhaseBars>
    </div>
  );
}
