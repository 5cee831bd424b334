/** What came of a fit: its errors before and after, measured against simulated as a chart, and the way to keep it. */
import { checkLabel } from '../../sim/compare/decision.ts';
import type { JobOutcome } from '../../sim/worker/api.ts';
import { ProblemList } from '../components/problem-list.tsx';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText, UNKNOWN } from '../format.ts';
import { put } from '../state/library-store.ts';
import type { CalibrationFit } from '../worker/calibration.ts';
import { MeasuredChart } from './measured-chart.tsx';

export function CalibrationResult({ outcome }: { readonly outcome: JobOutcome<CalibrationFit> }) {
  switch (outcome.status) {
    case 'done':
      return <Fit fit={outcome.result} />;
    case 'cancelled':
      return <p className="quiet-text">Stopped.</p>;
    case 'failed':
      return <p className="notice">{outcome.message}</p>;
    case 'invalid':
      return <ProblemList problems={outcome.problems} />;
  }
}

function Fit({ fit: { calibration, runs, skipped, errors, points } }: { readonly fit: CalibrationFit }) {
  return (
    <>
      <p role="status">
        {calibration.name}: fitted to {countText(runs)} {runs === 1 ? 'run' : 'runs'}.
        {runs === 1 ? ' A single run cannot be cross-validated: measure at a second load.' : ''}
      </p>
      <ScrollTable label="Median absolute error in percent">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Values</th>
            <th scope="col">Built-in</th>
            <th scope="col">Fitted</th>
            <th scope="col">
              Cross-validated<span className="under">runs not fitted to</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {errors.map(({ metric, n, builtinPct, fittedPct, crossValidatedPct }) => (
            <tr key={metric}>
              <th scope="row">{checkLabel(metric)}</th>
              <td>{countText(n)}</td>
              <td>{pctText(builtinPct)}</td>
              <td>{pctText(fittedPct)}</td>
              <td>{pctText(crossValidatedPct)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      <MeasuredChart points={points} />
      {skipped.map(({ id, reason }) => (
        <p key={id} className="quiet-text">
          {id} was not used: {reason}
        </p>
      ))}
      <p className="buttons">
        <button
          type="button"
          onClick={() =>
            put('calibrations', calibration.name, { calibration, savedAt: new Date().toISOString() })
          }
        >
          Keep it in this browser
        </button>
      </p>
    </>
  );
}

function pctText(pct: number | null): string {
  return pct === null ? UNKNOWN : pct.toFixed(1);
}
