/** One workload at one load: every policy against the baseline, seed by seed, and the baseline against itself. */
import { pText } from '../../sim/lab/holm.ts';
import type { LabFigure, LabReport } from '../../sim/lab/lab-report.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { differenceText, figureText, sentence, UNKNOWN } from '../format.ts';
import { intervalOf, loadText } from './lab-words.ts';

interface LabTableProps {
  readonly report: LabReport;
  readonly metric: string;
  readonly place: { readonly workload: string; readonly load: string };
}

export function LabTable({ report, metric, place }: LabTableProps) {
  const isHere = (one: LabFigure): boolean =>
    one.metric === metric && one.workload === place.workload && one.load === place.load;
  const figures = report.cells.filter(isHere);
  const control = report.null.find(isHere);
  return (
    <ScrollTable label={`${place.workload} at ${loadText(place.load)}`}>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col">Mean</th>
          <th scope="col">Difference to {report.baseline}, paired</th>
          <th scope="col">Better, even, worse</th>
          <th scope="col">Effect size</th>
          <th scope="col">p, Holm</th>
          <th scope="col" className="words wide-only">
            Verdict
          </th>
        </tr>
      </thead>
      <tbody>
        {figures.map((one) => (
          <Row key={one.policy} figure={one} name={one.policy} />
        ))}
        {control !== undefined && <Row figure={control} name={`${report.baseline}, A/A`} isControl />}
      </tbody>
    </ScrollTable>
  );
}

interface RowProps {
  readonly figure: LabFigure;
  readonly name: string;
  readonly isControl?: boolean;
}

function Row({ figure, name, isControl }: RowProps) {
  const quiet = figure.greyed || isControl === true ? 'quiet-text' : undefined;
  return (
    <tr className={quiet}>
      <th scope="row">
        {name}
        <span className="narrow-only under">{verdictText(figure, isControl === true)}</span>
      </th>
      <td>{figureText(figure.mean, figure.unit)}</td>
      <td>
        {figure.diff === null
          ? UNKNOWN
          : figure.diff === 0
            ? 'same'
            : differenceText(figure.diff, figure.unit, intervalOf(figure))}
      </td>
      <td>{figure.diff === null ? UNKNOWN : `${figure.wins}, ${figure.ties}, ${figure.losses}`}</td>
      <td>{figure.effect === null ? UNKNOWN : sentence(figure.effect.toFixed(1))}</td>
      <td>{figure.pHolm === null ? UNKNOWN : pText(figure.pHolm)}</td>
      <td className="words wide-only">{verdictText(figure, isControl === true)}</td>
    </tr>
  );
}

function verdictText(figure: LabFigure, isControl: boolean): string {
  const { greyed, agree, verdict, corrected } = figure;
  if (isControl) {
    const isBeyond = verdict === 'win' || verdict === 'loss';
    return isBeyond
      ? 'noise floor: differs from itself, so nothing here counts'
      : 'noise floor: no difference shown';
  }
  const words = {
    baseline: 'baseline',
    win: 'better',
    loss: 'worse',
    tie: 'no difference shown',
    cannotTell: 'cannot tell: more seeds needed',
  }[corrected];
  const disagree = agree ? '' : '; t and bootstrap intervals disagree';
  const isTakenBack = corrected !== verdict ? ' once corrected' : '';
  return `${words}${isTakenBack}${greyed && (corrected === 'win' || corrected === 'loss') ? ', but so does the baseline against itself' : ''}${disagree}`;
}
