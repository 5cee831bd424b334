/** Where the figures come from: prices, step times, seeds, version, and remarks that a reader should see. */
import type { ComparisonReport, WorkloadComparison } from '../../sim/compare/comparison-report.ts';
import type { ModelProvenance } from '../../sim/latency/step-model.ts';
import { sentence } from '../format.ts';

export function Evidence({
  report,
  workload,
}: {
  readonly report: ComparisonReport;
  readonly workload: WorkloadComparison;
}) {
  const reports = workload.fleets.map((fleet) => fleet.report);
  const notes = unique(reports.flatMap((each) => each.notes));
  const lettersOf = (note: string): string =>
    workload.fleets
      .filter((fleet) => fleet.report.notes.includes(note))
      .map((fleet) => fleet.letter)
      .join(', ');
  const prices = unique(reports.flatMap((each) => each.cost.prices));
  const stepTimes = unique(reports.flatMap((each) => each.provenance.flatMap(stepTimeText)));
  return (
    <section aria-labelledby="evidence" className="evidence">
      <h2 id="evidence">Where this comes from</h2>
      <dl>
        <dt>Kind</dt>
        <dd>Simulated in this tab; nothing left it</dd>
        <dt>Step times</dt>
        <dd>{stepTimes.join('; ')}</dd>
        <dt>Prices</dt>
        <dd>{prices.length === 0 ? 'none known for these GPUs' : prices.join('; ')}</dd>
        {notes.length > 0 && <dt>Remarks</dt>}
        {notes.map((note) => (
          <dd key={note}>
            {lettersOf(note)}: {sentence(note)}
          </dd>
        ))}
        <dt>Fingerprints</dt>
        <dd>
          {workload.fleets.map((fleet) => (
            <span key={fleet.letter} className="fingerprint">
              {fleet.letter} <code>{fleet.report.fingerprint}</code>
            </span>
          ))}
          <span className="quiet-text">
            engine <code>{report.engineDigest}</code>; the same scenario and seed give the same bytes
            everywhere
          </span>
        </dd>
      </dl>
    </section>
  );
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function stepTimeText({ calibration, extrapolated, notes }: ModelProvenance): string[] {
  return [extrapolated ? `${calibration}, outside of what was measured` : calibration, ...notes];
}
