/** Single changes, re-simulated with the same seeds: what would help, what would not, and what the best possible would bring. */
import { checkLabel } from '../../sim/compare/decision.ts';
import { findFigure } from '../../sim/metrics/figures.ts';
import { IDEALISED } from '../../sim/scenario/idealised.ts';
import type { ChangeReport, PairedDifference, WhyReport } from '../../sim/why/report.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { differenceText, UNKNOWN } from '../format.ts';

export function ChangeTable({ report }: { readonly report: WhyReport }) {
  const { changes, metric } = report;
  const done = changes.filter(({ status }) => status === 'done');
  const impossible = changes.filter(({ status }) => status !== 'done');
  const paths = [...new Set([metric, ...done.flatMap(({ figures }) => Object.keys(figures))])];
  const effect = ({ figures }: ChangeReport): number => figures[metric]?.difference ?? 0;
  const sign = findFigure(metric)?.better === 'higher' ? -1 : 1;
  const sorted = [...done].sort((a, b) => sign * (effect(a) - effect(b)));
  if (changes.length === 0) return null;
  return (
    <>
      <ScrollTable label="Single changes">
        <thead>
          <tr>
            <th scope="col">Change</th>
            {paths.map((path) => (
              <th key={path} scope="col">
                {checkLabel(path)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((change) => (
            <tr key={change.name}>
              <th scope="row" className="long">
                {nameOf(change)}
                {change.kind === 'bound' && (
                  <span className="under">an upper bound that cannot be built</span>
                )}
              </th>
              {paths.map((path) => (
                <td key={path}>{changeText(change.figures[path], path)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {impossible.length > 0 && (
        <p className="quiet-text">
          Not possible here: {impossible.map(({ name, reason }) => `${name} (${reason})`).join('; ')}
        </p>
      )}
    </>
  );
}

function changeText(change: PairedDifference | undefined, path: string): string {
  if (change === undefined || change.difference === null) return UNKNOWN;
  if (change.difference === 0) return 'same';
  const { interval } = change;
  if (interval !== null && interval.low <= 0 && interval.high >= 0) return 'no difference shown';
  return differenceText(change.difference, findFigure(path)?.unit ?? 'ms', interval);
}

/** Upper bounds have names of the document; here they are said in words. */
function nameOf({ name, kind }: ChangeReport): string {
  return kind === 'bound' ? ((IDEALISED as Readonly<Record<string, string>>)[name] ?? name) : name;
}
