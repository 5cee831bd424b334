/** The comparison: finding, verdicts, table, charts; the scenario beside them. */
import { useState } from 'react';
import { Rail } from '../rail/rail.tsx';
import { useRun } from '../state/run-store.ts';
import { Charts } from './charts.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import { Evidence } from './evidence.tsx';
import { Finding } from './finding.tsx';
import { RunBar } from './run-bar.tsx';
import { useResult } from './use-result.ts';
import { VerdictStrip } from './verdict-strip.tsx';

export function ComparePage() {
  const shown = useResult();
  const linkProblem = useRun((state) => state.linkProblem);
  const [workloadName, setWorkloadName] = useState<string | null>(null);
  const workloads = shown?.result.report.workloads ?? [];
  const workload = workloads.find((each) => each.workload === workloadName) ?? workloads[0];
  return (
    <div className="columns">
      <main id="main" tabIndex={-1}>
        {linkProblem !== null && (
          <p className="notice" role="alert">
            {linkProblem} The default comparison is shown instead.
          </p>
        )}
        <Finding shown={shown} />
        <RunBar />
        <button type="button" className="to-rail" onClick={showRail}>
          Change the scenario
        </button>
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
            <ComparisonTable workload={workload} />
            <Charts workload={workload} curves={shown.result.curves} />
            <Evidence report={shown.result.report} workload={workload} />
          </div>
        )}
      </main>
      <Rail />
    </div>
  );
}

/** Where the scenario stands below the result, it is a long way to scroll. */
function showRail(): void {
  const rail = document.getElementById('scenario');
  rail?.scrollIntoView();
  rail?.focus();
}
