/** The requests that waited longest for their first token, and what for: the way from a percentile to a cause. */
import type { Recording } from '../../sim/inspect/recording.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { Term } from '../components/term.tsx';
import { countText, figureText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import type { ChosenRequests } from './cohort.ts';
import { requestAt } from './requests.ts';

const MOST = 8;

interface SlowestProps {
  readonly recording: Recording;
  readonly picked: ChosenRequests | null;
}

export function Slowest({ recording, picked }: SlowestProps) {
  const rows = slowestRows(recording, picked).map((row) => requestAt(recording, row));
  return (
    <section aria-labelledby="slowest">
      <h2 id="slowest">Slowest first tokens{picked === null ? '' : ' of the cohort'}</h2>
      <ScrollTable label="Slowest requests">
        <thead>
          <tr>
            <th scope="col">Request</th>
            <th scope="col">
              <Term name="TTFT" />
            </th>
            <th scope="col" className="text">
              Mostly
            </th>
            <th scope="col">Prompt, tokens</th>
            <th scope="col">Cached</th>
            <th scope="col" className="text">
              Served by
            </th>
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
              <td className="text">{mainPhase(one.phasesUs, one.ttftUs)}</td>
              <td>{countText(one.promptTokens)}</td>
              <td>{figureText(one.cachedTokens / Math.max(1, one.promptTokens), 'share', 2)}</td>
              <td className="text">
                {[one.prefillEndpoint, one.endpoint].filter((name) => name !== null).join(', then ')}
              </td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}

function slowestRows({ bySlowness }: Recording, picked: ChosenRequests | null): number[] {
  const rows: number[] = [];
  for (const row of bySlowness) {
    if (rows.length === MOST) break;
    if (picked === null || picked.isIn[row] === 1) rows.push(row);
  }
  return rows;
}

/** The longest phase before the first token, and its share. */
function mainPhase(phasesUs: readonly number[], ttftUs: number): string {
  const before = phasesUs.slice(0, -1);
  const at = before.indexOf(Math.max(...before));
  return `${PHASE_PARTS[at]!.name}, ${figureText(before[at]! / Math.max(1, ttftUs), 'share', 2)}`;
}
