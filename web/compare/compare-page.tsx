/** The comparison: finding, verdicts, table, charts; the scenario beside them. */
import { useState } from 'react';
import type { ComparisonResult } from '../../sim/worker/api.ts';
import { Finding } from '../components/finding.tsx';
import { RunBar, type RunWords } from '../components/run-bar.tsx';
import { ToDocument } from '../components/to-document.tsx';
import { countText, wallTimeText } from '../format.ts';
import { Rail } from '../rail/rail.tsx';
import { ReportButton } from '../report/report-button.tsx';
import { comparisonRun } from '../state/comparison-run.ts';
import { useScenario } from '../state/document-store.ts';
import '../style/compare.css';
import { WhySection } from '../why/why-section.tsx';
import { Charts } from './charts.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import { Evidence } from './evidence.tsx';
import { OverloadNotice } from './overload-notice.tsx';
import { ProblemFixes } from './problem-fixes.tsx';
import { VerdictStrip } from './verdict-strip.tsx';
import { WhatDiffers } from './what-differs.tsx';

const WORDS: RunWords<ComparisonResult> = {
  doing: 'Simulating',
  done: ({ report }) => {
    const requests = report.workloads.reduce(
      (sum, { fleets }) => sum + fleets.reduce((total, fleet) => total + fleet.report.counts.arrived, 0),
      0,
    );
    const seeds = report.seeds.length === 1 ? 'seed' : 'seeds';
    return `${countText(requests)} requests simulated here in ${wallTimeText(report.sim.wallMs)}; ${seeds} ${report.seeds.join(', ')}; every fleet saw the same requests`;
  },
  part: ({ report }) => `${report.seeds.length} of ${useScenario.getState().seeds} seeds`,
  spoken: ({ report }) => report.sentence,
};

export function ComparePage() {
  const shown = comparisonRun.useShown();
  const status = comparisonRun.use((state) => state.status);
  const [workloadName, setWorkloadName] = useState<string | null>(null);
  const workloads = shown?.result.report.workloads ?? [];
  const workload = workloads.find((each) => each.workload === workloadName) ?? workloads[0];
  return (
    <div className="columns">
      <main id="main" tabIndex={-1}>
        <Finding
          runner={comparisonRun}
          say={({ report }) => report.sentence}
          waiting="Simulating the fleets…"
        />
        <RunBar runner={comparisonRun} words={WORDS}>
          <ReportButton />
        </RunBar>
        <ProblemFixes status={status} />
        <ToDocument />
        {shown !== null && workload !== undefined && (
          <div className={shown.isCurrent ? 'results' : 'results stale'}>
            {workloads.length > 1 && (
              <label className="inline-field">
                Workload
                <select value={workload.workload} onChange={(event) => setWorkloadName(event.target.value)}>
                  {workloads.map((each) => (
                    <option key={each.workload}>{each.workload}</option>
                  ))}
                </select>
              </label>
            )}
            <VerdictStrip workload={workload} />
            <OverloadNotice fleets={workload.fleets} />
            <ComparisonTable workload={workload} />
            <WhatDiffers fleets={workload.fleets} />
            <Charts workload={workload} curves={shown.result.curves} />
            <WhySection title="What would change the decision" />
            <Evidence
              report={shown.result.report}
              origin={shown.origin}
              isCurrent={shown.isCurrent}
              workload={workload}
            />
          </div>
        )}
      </main>
      <Rail />
    </div>
  );
}
