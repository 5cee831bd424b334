/** One line per fleet: what it costs and whether it meets the SLO, and if not, what it fails by most. */
import type { FleetOutcome, WorkloadComparison } from '../../sim/compare/comparison-report.ts';
import { checkLabel } from '../../sim/compare/decision.ts';
import { findFigure } from '../../sim/metrics/figures.ts';
import type { SloCheck } from '../../sim/metrics/report.ts';
import { FleetMark } from '../components/fleet-mark.tsx';
import { countText, figureText } from '../format.ts';
import { FleetActions } from './fleet-actions.tsx';

export function VerdictStrip({ workload }: { readonly workload: WorkloadComparison }) {
  return (
    <ul className="verdicts" aria-label="Verdicts">
      {workload.fleets.map((fleet, index) => (
        <li key={fleet.letter}>
          <FleetMark index={index} letter={fleet.letter} />
          <span className="fleet-name">{fleet.name}</span>
          <span className="fleet-cost">
            {figureText(fleet.report.cost.perHour, 'usdPerHour')}, {countText(fleet.gpus)} GPU
            {fleet.gpus === 1 ? '' : 's'}
          </span>
          <Verdict fleet={fleet} isBest={fleet.name === workload.best} />
          <FleetActions index={index} name={fleet.name} />
        </li>
      ))}
    </ul>
  );
}

function Verdict({ fleet, isBest }: { readonly fleet: FleetOutcome; readonly isBest: boolean }) {
  const { verdict, checks } = fleet.report.slo;
  switch (verdict) {
    case 'meets':
      return (
        <span className="verdict">
          {'\u2713'} meets the SLO{isBest && <strong>, best</strong>}
        </span>
      );
    case 'none':
      return <span className="verdict">no SLO set</span>;
    case 'fails':
      return (
        <span className="verdict fails">
          {'\u2715'} fails {checksText(checks, 'fails')}
        </span>
      );
    case 'cannotTell':
      return (
        <span className="verdict unsure">
          cannot tell: {checksText(checks, 'cannotTell')} needs more seeds
        </span>
      );
  }
}

function checksText(checks: readonly SloCheck[], verdict: SloCheck['verdict']): string {
  return checks
    .filter((check) => check.verdict === verdict)
    .map(
      ({ metric, value }) => `${checkLabel(metric)} ${figureText(value, findFigure(metric)?.unit ?? 'ms')}`,
    )
    .join(', ');
}
