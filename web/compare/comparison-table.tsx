/**
 * Figures by fleet, each with its interval, and the paired difference to the baseline beside every other fleet. The row that is
 * chosen, by a click or with the arrow keys, is what the large chart below shows.
 */
import { Fragment } from 'react';
import type {
  FigureDifference,
  FleetOutcome,
  WorkloadComparison,
} from '../../sim/compare/comparison-report.ts';
import { type Figure, figureValue, findFigure } from '../../sim/metrics/figures.ts';
import { FleetMark } from '../components/fleet-mark.tsx';
import { ScrollTable } from '../components/scroll-table.tsx';
import { Term } from '../components/term.tsx';
import { countText, differenceText, figureText, intervalText, UNKNOWN } from '../format.ts';
import type { TermName } from '../shell/glossary.ts';
import { TABLE_FIGURES, type TableFigure } from '../state/table-figures.ts';
import { useView } from '../state/view-store.ts';

/** Terms that labels of figures begin with, where they are first met. */
const TERMS: Readonly<Record<string, readonly [words: string, term: TermName]>> = {
  'ttftMs.p50': ['TTFT', 'TTFT'],
  'ttftMs.p95': ['TTFT', 'TTFT'],
  'ttftMs.p99': ['TTFT', 'TTFT'],
  'itlMs.p50': ['ITL', 'ITL'],
  'itlMs.p99': ['ITL', 'ITL'],
  'slo.attainment': ['Within SLO', 'Within SLO'],
  'slo.goodputRps': ['Goodput', 'Goodput'],
  'cache.hitRate': ['Cache hits', 'Cache hits'],
  'transferMs.p95': ['KV transfer', 'KV transfer'],
};

export function ComparisonTable({ workload }: { readonly workload: WorkloadComparison }) {
  const { fleets } = workload;
  const rows = shownFigures(fleets);
  const wanted = useView((state) => state.figure);
  const chosen = (rows.find(({ path }) => path === wanted) ?? rows[0])?.path;
  return (
    <section aria-labelledby="figures">
      <h2 id="figures">Figures, with 95 % intervals over seeds</h2>
      <ScrollTable label="Table of figures" className="figures">
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
            <FigureRow
              key={figure.path}
              figure={figure}
              workload={workload}
              isChosen={figure.path === chosen}
            />
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}

/** Figures that some fleet has. */
export function shownFigures(fleets: readonly FleetOutcome[]): (Figure & { readonly path: TableFigure })[] {
  return TABLE_FIGURES.map((path) => ({ ...findFigure(path)!, path })).filter(({ path }) =>
    fleets.some(({ report }) => figureValue(report, path) !== null),
  );
}

/** As a heading says it. */
export function figureName({ label }: Pick<Figure, 'label'>): string {
  return label.startsWith('per ') ? `Cost ${label}` : label.charAt(0).toUpperCase() + label.slice(1);
}

interface FigureRowProps {
  readonly figure: Figure & { readonly path: TableFigure };
  readonly workload: WorkloadComparison;
  readonly isChosen: boolean;
}

function FigureRow({ figure, workload, isChosen }: FigureRowProps) {
  const choose = (): void => useView.setState({ figure: figure.path });
  return (
    // The radio button is the way for keys; the row is a larger mark for the pointer.
    <tr
      className={isChosen ? 'choice chosen' : 'choice'}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('button, input, [popover]') === null)
          choose();
      }}
    >
      <th scope="row" aria-label={figureName(figure)}>
        <input
          type="radio"
          name="chart-figure"
          aria-label={`${figureName(figure)} in the large chart`}
          checked={isChosen}
          onChange={choose}
        />
        <FigureLabel path={figure.path} label={figure.label} />
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

function FigureLabel({ path, label }: Pick<Figure, 'path' | 'label'>) {
  const whole = figureName({ label });
  const [words, term] = TERMS[path] ?? [];
  if (words === undefined || term === undefined || !whole.startsWith(words)) return whole;
  return (
    <>
      <Term name={term}>{words}</Term>
      {whole.slice(words.length)}
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
