/** Where the plan's figures come from, and whether they came out the same when the page was built. */
import built from 'virtual:precomputed/plan';
import type { PlanReport } from '../../sim/planner/report.ts';
import { AgreementWords } from '../components/agreement-words.tsx';
import { DEFAULT_STATE, useScenario } from '../state/document-store.ts';
import type { Origin } from '../state/job-runner.ts';
import { planFingerprint } from '../state/plan-fingerprint.ts';
import { canonical } from '../state/setup.ts';

interface Shown {
  readonly report: PlanReport;
  readonly origin: Origin;
  readonly isCurrent: boolean;
}

export function PlanEvidence(shown: Shown) {
  const { report } = shown;
  return (
    <section aria-labelledby="evidence" className="evidence">
      <h2 id="evidence">Where this comes from</h2>
      <dl>
        <dt>Kind</dt>
        <dd>
          <Kind {...shown} />
        </dd>
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

const BUILT_KEY = canonical(DEFAULT_STATE.plan);

function Kind({ report, origin, isCurrent }: Shown) {
  const isBuilt = useScenario(({ plan }) => canonical(plan) === BUILT_KEY);
  if (origin === 'build') return 'Simulated when this page was built; being simulated once more in this tab';
  return (
    <>
      Simulated in this tab; nothing left it. Estimates: validate before production.{' '}
      {isBuilt && isCurrent && origin === 'whole' && <Agreement report={report} />}
    </>
  );
}

function Agreement({ report }: { readonly report: PlanReport }) {
  if (built === null) return null;
  const expected = { engineDigest: built.engineDigest, fingerprints: [built.fingerprint] };
  const own = { engineDigest: report.engineDigest, fingerprints: [planFingerprint(report)] };
  return <AgreementWords own={own} expected={expected} where="when this page was built" />;
}
