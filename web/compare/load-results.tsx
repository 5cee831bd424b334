/** What came of the loads: a chart of goodput and one of each limited time, the two points that matter, and what it costs. */
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import { checkLabel } from '../../sim/compare/decision.ts';
import { findFigure } from '../../sim/metrics/figures.ts';
import type { FleetLoads } from '../../sim/worker/load-worker.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { figureText, UNKNOWN } from '../format.ts';
import { CostSection } from './cost-section.tsx';
import { LoadChart } from './load-chart.tsx';
import { kneeOf, peakOf } from './load-points.ts';

/** A figure over the load, and its limit where the SLO has one. */
interface LoadLimit {
  readonly metric: string;
  readonly limit: number | null;
}

const WITHOUT_SLO: readonly LoadLimit[] = [{ metric: 'ttftMs.p95', limit: null }];

interface LoadResultsProps {
  readonly fleets: readonly FleetOutcome[];
  readonly loads: readonly FleetLoads[];
}

export function LoadResults({ fleets, loads }: LoadResultsProps) {
  const { checks } = fleets[0]!.report.slo;
  const times = checks.filter(({ metric }) => findFigure(metric)?.unit === 'ms');
  const limits: readonly LoadLimit[] = times.length === 0 ? WITHOUT_SLO : times;
  return (
    <>
      <div className="charts">
        <LoadChart
          title="Goodput by offered load"
          fleets={loads}
          figure="arrivalWindow.goodputRps"
          unit="perS"
          axis="requests/s within the SLO"
          limitMs={null}
        />
        {limits.map(({ metric, limit }) => (
          <LoadChart
            key={metric}
            title={`${checkLabel(metric)} by offered load`}
            fleets={loads}
            figure={metric}
            unit={findFigure(metric)?.unit ?? 'ms'}
            axis={checkLabel(metric)}
            limitMs={limit}
          />
        ))}
      </div>
      <NamedPoints fleets={loads} />
      <CostSection fleets={fleets} loads={loads} />
    </>
  );
}

/** The knee and the peak are two points: a fleet may go on gaining throughput long after it has left the SLO. */
function NamedPoints({ fleets }: { readonly fleets: readonly FleetLoads[] }) {
  return (
    <ScrollTable label="Knee and peak of each fleet">
      <thead>
        <tr>
          <th scope="col">Fleet</th>
          <th scope="col">
            SLO knee<span className="under">highest load within the SLO</span>
          </th>
          <th scope="col">
            Peak throughput<span className="under">output tokens/s, at load</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {fleets.map((fleet, i) => {
          const letter = String.fromCharCode(65 + i);
          return (
            <tr key={fleet.fleet} data-fleet={letter}>
              <th scope="row">
                {letter} {fleet.fleet}
              </th>
              <td>{kneeText(fleet)}</td>
              <td>{peakText(fleet)}</td>
            </tr>
          );
        })}
      </tbody>
    </ScrollTable>
  );
}

function kneeText(fleet: FleetLoads): string {
  const knee = kneeOf(fleet);
  if (knee === null) return UNKNOWN;
  if (knee.rps === 0) return 'none: no load tried was within the SLO';
  const spread =
    knee.interval === null
      ? ''
      : ` (${figureText(Math.max(0, knee.interval.low), 'perS')} to ${figureText(knee.interval.high, 'perS')})`;
  return `${knee.isLowerBound ? 'at least ' : ''}${figureText(knee.rps, 'perS')}${spread}`;
}

function peakText(fleet: FleetLoads): string {
  const peak = peakOf(fleet);
  const rising = peak.isRising ? ', still rising' : '';
  return `${figureText(Number(peak.tokensPerS.toPrecision(3)), 'perS')} at ${figureText(peak.rps, 'perS')}${rising}`;
}
