/** The policy lab: policies under workloads and loads with the same seeds, a control, and every decision behind them. */
import { useState } from 'react';
import type { LabReport } from '../../sim/lab/lab-report.ts';
import type { Lab } from '../../sim/lab/schema.ts';
import { csvOf } from '../charts/twin-table.tsx';
import { Finding } from '../components/finding.tsx';
import { RunBar, type RunWords } from '../components/run-bar.tsx';
import { ToDocument } from '../components/to-document.tsx';
import { countText } from '../format.ts';
import { DocumentPanel } from '../rail/document-panel.tsx';
import { ReportButton } from '../report/report-button.tsx';
import { fileName, saveFile } from '../shell/save.ts';
import { useScenario } from '../state/document-store.ts';
import { labRun } from '../state/lab-run.ts';
import '../style/lab.css';
import { DecisionInspector } from './decision-inspector.tsx';
import { LabFields } from './lab-fields.tsx';
import { LabTable } from './lab-table.tsx';
import { labSentence, loadText, metricLabel, metricsOf, placesOf } from './lab-words.ts';
import { PluginPanel } from './plugin-panel.tsx';
import { SeedStrips } from './seed-strips.tsx';

/** The figure that is looked at first, where the lab has it. */
const FIRST_METRIC = 'ttftMs.p95';

const WORDS: RunWords<LabReport> = {
  doing: 'Simulating',
  done: ({ runs, seeds }) =>
    `${countText(runs.length * seeds.length)} runs simulated here; seeds ${seeds.join(', ')}; every policy saw the same requests`,
  part: () => 'what is done so far',
  spoken: (report) => labSentence(report, firstMetric(report)),
};

export function LabPage() {
  const document = useScenario((state) => state.lab);
  const shown = labRun.useShown();
  const [metric, setMetric] = useState(FIRST_METRIC);
  const lab = readableLab(document);
  const chosen = shown === null ? metric : chosenMetric(shown.result, metric);
  return (
    <div className="columns">
      <main id="main" tabIndex={-1}>
        <Finding
          runner={labRun}
          say={(report) => labSentence(report, chosenMetric(report, metric))}
          waiting="Simulating the policies…"
        />
        <RunBar runner={labRun} words={WORDS}>
          <ReportButton />
        </RunBar>
        <ToDocument />
        {shown !== null && (
          <div className={shown.isCurrent ? 'results' : 'results stale'}>
            <Results report={shown.result} metric={chosen} onMetric={setMetric} />
          </div>
        )}
        <PluginPanel />
      </main>
      <DocumentPanel kind="lab">
        {lab === null ? <p>The form cannot show this document; edit it as YAML.</p> : <LabFields lab={lab} />}
      </DocumentPanel>
    </div>
  );
}

interface ResultsProps {
  readonly report: LabReport;
  readonly metric: string;
  readonly onMetric: (metric: string) => void;
}

function Results({ report, metric, onMetric }: ResultsProps) {
  const save = (): void => saveFile(fileName(report.lab, 'lab', 'csv'), labCsv(report), 'text/csv');
  return (
    <>
      <div className="filters">
        <label className="inline-field">
          Figure
          <select value={metric} onChange={(event) => onMetric(event.target.value)}>
            {metricsOf(report).map((one) => (
              <option key={one} value={one}>
                {metricLabel(one)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={save}>
          Save CSV
        </button>
      </div>
      {placesOf(report).map((place) => (
        <section
          key={`${place.workload} ${place.load}`}
          aria-label={`${place.workload} at ${loadText(place.load)}, results`}
        >
          <h2>
            {place.workload} at {loadText(place.load)}
          </h2>
          <LabTable report={report} metric={metric} place={place} />
          <SeedStrips report={report} metric={metric} place={place} />
        </section>
      ))}
      <ul className="notes quiet-text">
        {report.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <DecisionInspector report={report} />
    </>
  );
}

function firstMetric(report: LabReport): string {
  return chosenMetric(report, FIRST_METRIC);
}

function chosenMetric(report: LabReport, metric: string): string {
  const metrics = metricsOf(report);
  return metrics.includes(metric) ? metric : (metrics[0] ?? metric);
}

function readableLab(document: unknown): Lab | null {
  const lab = document as Lab | null;
  return typeof lab === 'object' && lab !== null && Array.isArray(lab.policies) && lab.policies.length > 0
    ? lab
    : null;
}

/** Every seed of every figure. */
function labCsv({ cells, null: control, seeds, baseline }: LabReport): string {
  const rows = [...cells, ...control.map((one) => ({ ...one, policy: `${baseline} (A/A)` }))];
  return csvOf([
    [
      'policy',
      'workload',
      'load',
      'metric',
      'unit',
      ...seeds.map((seed) => `seed ${seed}`),
      'mean',
      'difference',
      'low',
      'high',
      'verdict',
      'corrected',
      'p Holm',
    ],
    ...rows.map((one) =>
      [
        one.policy,
        one.workload,
        one.load,
        one.metric,
        one.unit,
        ...one.values,
        one.mean,
        one.diff,
        one.low,
        one.high,
        one.verdict,
        one.corrected,
        one.pHolm,
      ].map((value) => (value === null ? '' : String(value))),
    ),
  ]);
}
