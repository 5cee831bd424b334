/** Figures by fleet, each with its interval, and the paired difference to the baseline beside every other fleet. */
import { Fragment } from 'react';
import type {
  FigureDifference,
  FleetOutcome,
  WorkloadComparison,
} from '../../sim/compare/comparison-report.ts';
import { type Figure, figureValue, findFigure } from '../../sim/metrics/figures.ts';
import { FleetMark } from '../components/fleet-mark.tsx';
import { countText, differenceText, figureText, intervalText, UNKNOWN } from '../format.ts';

/** Rows of the table, by figure path. */
const ROWS = [
  'cost.perHour',
  'cost.per1MOutputTokens',
  'ttftMs.p50',
  'ttftMs.p95',
  'ttftMs.p99',
  'itlMs.p50',
  'itlMs.p99',
  'slo.attainment',
  'slo.goodputRps',
  'throughput.requestsPerS',
  'throughput.outputTokensPerS',
  'cache.hitRate',
  'transferMs.p95',
] as const;

const SPELLED: Readonly<Record<string, string>> = {
  TTFT: 'time to first token',
  ITL: 'inter-token latency',
};

export function ComparisonTable({ workload }: { readonly workload: WorkloadComparison }) {
  const { fleets } = workload;
  const rows = ROWS.map((path) => findFigure(path)!).filter((figure) =>
    fleets.some(({ report }) => figureValue(report, figure.path) !== null),
  );
  return (
    <section aria-labelledby="figures">
      <h2 id="figures">Figures, with 95 % intervals over seeds</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="scroll" aria-label="Table of figures" tabIndex={0}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {fleets.map((fleet, index) => (
                <Fragment key={fleet.letter}>
                  <th scope="col">
                    <FleetMark index={index} letter={fleet.letter} /> {fleet.name}
                  </th>
                  {index > 0 && (
                    <th scope="col" className="difference">
                      {fleet.letter} − {fleets[0]!.letter}, paired
                    </th>
                  )}
                </Fragment>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">GPUs</th>
              {fleets.map((fleet, index) => (
                <Fragment key={fleet.letter}>
                  <td>{countText(fleet.gpus)}</td>
                  {index > 0 && <td className="difference quiet-text">{gpuDifference(fleet, fleets[0]!)}</td>}
                </Fragment>
              ))}
            </tr>
            {rows.map((figure) => (
              <FigureRow key={figure.path} figure={figure} workload={workload} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function FigureRow({ figure, workload }: { readonly figure: Figure; readonly workload: WorkloadComparison }) {
  return (
    <tr>
      <th scope="row">
        <FigureLabel label={figure.label} />
      </th>
      {workload.fleets.map((fleet, index) => (
        <Fragment key={fleet.letter}>
          <td className={failing(fleet, figure.path) ? 'fails' : undefined}>
            {intervalText(
              figureValue(fleet.report, figure.path),
              figure.unit,
              fleet.report.intervals[figure.path],
              figure.digits,
            )}
            {failing(fleet, figure.path) && ' \u2715'}
          </td>
          {index > 0 && (
            <DifferenceCell figure={figure} difference={differenceOf(workload, fleet, figure.path)} />
          )}
        </Fragment>
      ))}
    </tr>
  );
}

function FigureLabel({ label }: { readonly label: string }) {
  const [word = '', ...rest] = label.split(' ');
  const spelled = SPELLED[word];
  if (word === 'per') return `Cost ${label}`;
  if (spelled === undefined) return label.charAt(0).toUpperCase() + label.slice(1);
  return (
    <>
      <abbr title={spelled}>{word}</abbr> {rest.join(' ')}
    </>
  );
}

function DifferenceCell({
  figure,
  difference,
}: {
  readonly figure: Figure;
  readonly difference: FigureDifference | undefined;
}) {
  if (difference === undefined || difference.difference === null)
    return <td className="difference">{UNKNOWN}</td>;
  const { verdict } = difference;
  if (difference.difference === 0) return <td className="difference quiet-text">same</td>;
  if (verdict === 'noDifferenceShown') return <td className="difference quiet-text">no difference shown</td>;
  const word = difference.better === null ? '' : difference.better ? ' better' : ' worse';
  return (
    <td className="difference">
      {differenceText(difference.difference, figure.unit, difference.interval)}
      <span className="quiet-text">{verdict === 'cannotTell' ? ' one seed' : word}</span>
    </td>
  );
}

function differenceOf(
  workload: WorkloadComparison,
  fleet: FleetOutcome,
  path: string,
): FigureDifference | undefined {
  return workload.differences.find((each) => each.fleet === fleet.name && each.figure === path);
}

function failing(fleet: FleetOutcome, path: string): boolean {
  return fleet.report.slo.checks.some((check) => check.metric === path && check.verdict === 'fails');
}

function gpuDifference(fleet: FleetOutcome, baseline: FleetOutcome): string {
  const difference = fleet.gpus - baseline.gpus;
  return difference === 0 ? 'same' : `${difference > 0 ? '+' : ''}${figureText(difference, 'count')}`;
}
