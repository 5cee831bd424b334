/** Where the plan's figures come from, and whether they came out the same when the page was built. */
import built from 'virtual:precomputed/plan';
import type { PlanReport } from '../../sim/planner/report.ts';
import type { Origin } from '../state/job-runner.ts';

export function PlanEvidence({ report, origin }: { readonly report: PlanReport; readonly origin: Origin }) {
  return (
    <section aria-labelledby="evidence" className="evidence">
      <h2 id="evidence">Where this comes from</h2>
      <dl>
        <dt>Kind</dt>
        <dd>{kindText(report, origin)}</dd>
        <dt>Intervals</dt>
        <dd>
          over seeds, at {report.confidence * 100}&nbsp;%: they hold the noise of the traffic, not the error
          of the latency model
        </dd>
        <dt>Engine</dt>
        <dd>
          <code>{report.engineDigest}</code>; the same plan gives the same answer everywhere
        </dd>
      </dl>
    </section>
  );
}

function kindText(report: PlanReport, origin: Origin): string {
  if (origin === 'build') return 'Simulated when this page was built; being simulated once more in this tab';
  const here = 'Simulated in this tab; nothing left it. Estimates: validate before production.';
  const isSame = built !== null && answerOf(built) === answerOf(report);
  return isSame ? `${here} The same figures came out when this page was built.` : here;
}

/** What an answer says, without what depends on the machine. */
function answerOf({ engineDigest, candidates }: PlanReport): string {
  return JSON.stringify({ engineDigest, candidates });
}
