/** The plan: the question as a sentence, the answer above it, and under both everything that was looked at. */
import type { PlanReport } from '../../sim/planner/report.ts';
import { Finding } from '../components/finding.tsx';
import { RunBar, type RunWords } from '../components/run-bar.tsx';
import { ToDocument } from '../components/to-document.tsx';
import { countText, wallTimeText } from '../format.ts';
import { DocumentPanel } from '../rail/document-panel.tsx';
import { ReportButton } from '../report/report-button.tsx';
import { useScenario } from '../state/document-store.ts';
import { planRun } from '../state/plan-run.ts';
import '../style/plan.css';
import { CandidateTable } from './candidate-table.tsx';
import { Infeasible } from './infeasible.tsx';
import { ParetoChart } from './pareto-chart.tsx';
import { PlanEvidence } from './plan-evidence.tsx';
import { readablePlan } from './plan-fields.ts';
import { PlanSentence } from './plan-sentence.tsx';
import { planSentence } from './plan-words.ts';
import { PresetChips } from './preset-chips.tsx';
import { RejectedTable } from './rejected-table.tsx';
import { SearchFields } from './search-fields.tsx';

const WORDS: RunWords<PlanReport> = {
  doing: 'Searching',
  done: ({ stages, confidence }) => {
    const wallMs = stages.reduce((sum, stage) => sum + stage.wallMs, 0);
    const counts = stages.map(({ name, in: of, out }) => `${name} ${countText(out)} of ${countText(of)}`);
    return `Searched here in ${wallTimeText(wallMs)}: ${counts.join(', ')}; intervals at ${confidence * 100}\u00a0%`;
  },
  part: () => 'fleets so far',
  spoken: planSentence,
};

export function PlanPage() {
  const document = useScenario((state) => state.plan);
  const shown = planRun.useShown();
  const plan = readablePlan(document);
  return (
    <div className="columns">
      <main id="main" tabIndex={-1}>
        <Finding runner={planRun} say={planSentence} waiting="Searching for the cheapest fleet…" />
        <RunBar runner={planRun} words={WORDS}>
          <ReportButton />
        </RunBar>
        {plan === null ? (
          <p className="notice">The sentence cannot show this document; edit it as YAML.</p>
        ) : (
          <>
            <PlanSentence plan={plan} />
            <PresetChips plan={plan} />
          </>
        )}
        <ToDocument />
        {shown !== null && plan !== null && (
          <div className={shown.isCurrent ? 'results' : 'results stale'}>
            {shown.result.feasible ? (
              <>
                <CandidateTable report={shown.result} plan={plan} />
                <ParetoChart report={shown.result} plan={plan} />
              </>
            ) : (
              <Infeasible report={shown.result} plan={plan} />
            )}
            <RejectedTable rejected={shown.result.rejected} />
            <PlanEvidence report={shown.result} origin={shown.origin} isCurrent={shown.isCurrent} />
          </div>
        )}
      </main>
      <DocumentPanel kind="plan">{plan !== null && <SearchFields plan={plan} />}</DocumentPanel>
    </div>
  );
}
