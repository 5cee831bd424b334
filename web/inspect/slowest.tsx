/** The requests that waited longest for their first token, and what for: the way from a percentile to a cause. */
import type { Recording } from '../../sim/inspect/recording.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText, figureText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import { requestAt } from './requests.ts';

const MOST = 8;

export function Slowest({ recording }: { readonly recording: Recording }) {
  const rows = [...recording.bySlowness.subarray(0, MOST)].map((row) => requestAt(recording, row));
  return (
    <section aria-labelledby="slowest">
      <h2 id="slowest">Slowest first tokens</h2>
      <ScrollTable label="Slowest requests">
        <thead>
          <tr>
            <th scope="col">Request</th>
            <th scope="col">TTFT</th>
            <th scope="col">Mostly</th>
            <th scope="col">Prompt, tokens</th>
            <th scope="col">Cached</th>
            <th scope="col">Served by</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <button type="button" className="link" onClick={() => useView.setState({ request: one.id })}>
                  {one.id}
                </button>
              </th>
              <td>{figureText(one.ttftUs / 1e3, 'ms')}</td>
              <td>{mainPhase(one.phasesUs, one.ttftUs)}</td>
              <td>{countText(one.promptTokens)}</td>
              <td>{figureText(one.cachedTokens / Math.max(1, one.promptTokens), 'share', 2)}</td>
              <td>{[one.prefillEndpoint, one.endpoint].filter((name) => name !== null).join(', then ')}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}

/** The longest phase before the first token, and its share. */
function mainPhase(phasesUs: readonly number[], ttftUs: number): string {
  const before = phasesUs.slice(0, -1);
  const at = before.indexOf(Math.max(...before));
  return `${PHASE_PARTS[at]!.name}, ${figureText(before[at]! / Math.max(1, ttftUs), 'share', 2)}`;
}
