/** The page's first words: the decision, as the simulator computed it, or what stands in its way. */
import { sentence } from '../format.ts';
import { useRun } from '../state/run-store.ts';
import type { ShownResult } from './use-result.ts';

export function Finding({ shown }: { readonly shown: ShownResult | null }) {
  const status = useRun((state) => state.status);
  return <h1>{headline(shown, status.kind)}</h1>;
}

function headline(
  shown: ShownResult | null,
  kind: 'running' | 'done' | 'cancelled' | 'invalid' | 'failed',
): string {
  if (kind === 'invalid') return 'This scenario cannot be run as it stands';
  if (kind === 'failed') return 'The simulation stopped on a defect of Drydock';
  if (shown?.isCurrent === true) return sentence(shown.result.report.sentence).replace(/\.$/, '');
  return kind === 'cancelled' ? 'Cancelled before the first seed was complete' : 'Simulating the fleets…';
}
