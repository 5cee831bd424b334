/** Every fleet that is out, with its reason: counts by reason, and a search for the one that was expected to win. */
import { useState } from 'react';
import type { Rejected, StageName } from '../../sim/planner/report.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText, figureText, sentence } from '../format.ts';
import { FleetName } from './candidate-table.tsx';
import { reasonLabel, whyNot } from './plan-words.ts';

/** Rows that are shown at a time: more are found by searching. */
const MOST = 12;
/** Fleets that came furthest stand first. */
const STAGE_ORDER: readonly StageName[] = ['confirm', 'screen', 'bound', 'fit'];

export function RejectedTable({ rejected }: { readonly rejected: readonly Rejected[] }) {
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const reasons = countsOf(rejected);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = inOrder(rejected).filter(
    (one) =>
      (reason === '' || one.reason === reason) &&
      words.every((word) => `${one.fleet} ${one.detail}`.toLowerCase().includes(word)),
  );
  if (rejected.length === 0) return null;
  return (
    <section aria-labelledby="rejected">
      <h2 id="rejected">{countText(rejected.length)} fleets that are out, and why</h2>
      <div className="filters">
        <label className="inline-field">
          Why not
          <input
            type="search"
            placeholder="e.g. 8×TP1 h100"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <label className="inline-field">
          Reason
          <select value={reason} onChange={(event) => setReason(event.target.value)}>
            <option value="">any ({countText(rejected.length)})</option>
            {reasons.map(({ id, count }) => (
              <option key={id} value={id}>
                {reasonLabel(id)} ({countText(count)})
              </option>
            ))}
          </select>
        </label>
      </div>
      <ScrollTable label="Rejected fleets">
        <thead>
          <tr>
            <th scope="col">Fleet</th>
            <th scope="col">GPUs</th>
            <th scope="col">Cost</th>
            <th scope="col">Stage</th>
            <th scope="col" className="words wide-only">
              Why not
            </th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, MOST).map((one) => (
            <tr key={`${one.fleet} ${one.stage}`}>
              <th scope="row" className="fleet-cell">
                <FleetName name={one.fleet} why={sentence(whyNot(one))} />
              </th>
              <td>{one.gpus}</td>
              <td>{figureText(one.costPerHour, 'usdPerHour')}</td>
              <td>{one.stage}</td>
              <td className="words wide-only">{sentence(whyNot(one))}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {found.length > MOST && (
        <p className="quiet-text">
          The first {MOST} of {countText(found.length)}; search for the others.
        </p>
      )}
      {found.length === 0 && <p className="quiet-text">No fleet that is out is called that.</p>}
    </section>
  );
}

/** Reasons in the order in which they first appear. */
function countsOf(rejected: readonly Rejected[]): { readonly id: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { reason } of rejected) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([id, count]) => ({ id, count }));
}

function inOrder(rejected: readonly Rejected[]): Rejected[] {
  // What was not run because it is dearer than the answers says nothing of itself.
  const rankOf = ({ stage, reason }: Rejected): number =>
    reason === 'dearer' ? STAGE_ORDER.length : STAGE_ORDER.indexOf(stage);
  return [...rejected].sort((a, b) => rankOf(a) - rankOf(b));
}
