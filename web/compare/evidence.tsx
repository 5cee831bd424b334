/** Where the figures come from: prices, step times, seeds, version, and remarks that a reader should see. */

import built from 'virtual:precomputed/compare';
import type { ComparisonReport, WorkloadComparison } from '../../sim/compare/comparison-report.ts';
import type { ModelProvenance } from '../../sim/latency/step-model.ts';
import { AgreementWords } from '../components/agreement-words.tsx';
import { sentence } from '../format.ts';
import { DEFAULT_STATE, keyOf, stateKey, useScenario } from '../state/document-store.ts';
import { expectedOf, useExpected } from '../state/expected.ts';
import type { Origin } from '../state/job-runner.ts';

export function Evidence({
  report,
  origin,
  isCurrent,
  workload,
}: {
  readonly report: ComparisonReport;
  readonly origin: Origin;
  readonly isCurrent: boolean;
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
        <dd>
          {origin === 'build' ? (
            'Simulated when this page was built; being simulated once more in this tab'
          ) : (
            <>
              Simulated in this tab; nothing left it.{' '}
              {origin === 'whole' && isCurrent && <Agreement report={report} />}
            </>
          )}
        </dd>
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
          <span className="fingerprints">
            {workload.fleets.map((fleet) => (
              <span key={fleet.letter} className="fingerprint">
                {fleet.letter} <code>{fleet.report.fingerprint}</code>
              </span>
            ))}
          </span>
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

const BUILT_KEY = keyOf(DEFAULT_STATE);

/** Whether the same came out as for whoever sent the link, or when the page was built. */
function Agreement({ report }: { readonly report: ComparisonReport }) {
  const link = useExpected((state) => state.link);
  const key = useScenario(stateKey);
  const isBuilt = useScenario((state) => keyOf(state) === BUILT_KEY);
  const own = expectedOf(report);
  if (link !== null && link.key === key)
    return <AgreementWords own={own} expected={link} where="for whoever sent the link" />;
  if (built === null || !isBuilt) return null;
  return <AgreementWords own={own} expected={expectedOf(built)} where="when this page was built" />;
}
