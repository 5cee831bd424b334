/** One recorded run of one fleet: why its users wait, request by request and GPU by GPU. */
import { useMemo, useState } from 'react';
import type { Recording } from '../../sim/inspect/recording.ts';
import type { InspectResult } from '../../sim/worker/inspect-worker.ts';
import { Finding } from '../components/finding.tsx';
import { FleetMark } from '../components/fleet-mark.tsx';
import { RunBar, type RunWords } from '../components/run-bar.tsx';
import { ToDocument } from '../components/to-document.tsx';
import { countText, figureText } from '../format.ts';
import { Rail } from '../rail/rail.tsx';
import { ReportButton } from '../report/report-button.tsx';
import { useScenario } from '../state/document-store.ts';
import { inspectRun } from '../state/inspect-run.ts';
import { useView } from '../state/view-store.ts';
import '../style/inspect.css';
import { WhySection } from '../why/why-section.tsx';
import { CacheHits, LinkUse } from './cache-and-links.tsx';
import { chosenRequests, cohortCells } from './cohort.ts';
import { CohortChip, CohortSection } from './cohort-section.tsx';
import { KvStrips } from './kv-strips.tsx';
import { RequestDetails } from './request-details.tsx';
import { Slowest } from './slowest.tsx';
import { BUSY_STRIPS, Strips } from './strips.tsx';
import { TakeAlong } from './take-along.tsx';
import { Timeline } from './timeline.tsx';
import type { TimeWindow } from './timeline-rows.ts';
import { Topology } from './topology.tsx';
import { WhyDrawer } from './why-drawer.tsx';

const WORDS: RunWords<InspectResult> = {
  doing: 'Recording',
  done: ({ recording, seed, report }) =>
    `${countText(recording.requests.count)} requests over ${figureText(recording.durationUs / 1e6, 's')} of simulated time, seed ${seed}, recorded here; fingerprint ${report.fingerprint}`,
  part: () => 'what is recorded so far',
  spoken: findingOf,
};

export function InspectPage() {
  const shown = inspectRun.useShown();
  return (
    <div className="columns">
      <main id="main" tabIndex={-1}>
        <Finding runner={inspectRun} say={findingOf} waiting="Recording a run…" />
        <RunBar runner={inspectRun} words={WORDS}>
          <ReportButton />
        </RunBar>
        <ToDocument />
        <FleetChoice />
        {shown !== null && (
          <div className={shown.isCurrent ? 'results' : 'results stale'}>
            {/* A new recording has another length: its window starts afresh. */}
            <Views key={shown.result.report.fingerprint} result={shown.result} />
          </div>
        )}
      </main>
      <Rail />
    </div>
  );
}

function findingOf({ fleet, report }: InspectResult): string {
  const ttft = figureText(report.ttftMs.p95, 'ms');
  const busiest = [...report.pools].sort((a, b) => a.busy.idle - b.busy.idle)[0];
  const busy =
    busiest === undefined
      ? ''
      : `; pool ${busiest.name} is busy ${figureText(1 - busiest.busy.idle, 'share', 2)} of the time`;
  return `${fleet}: 95 % of requests have their first token within ${ttft}${busy}`;
}

/** Which fleet of the comparison is looked at. */
function FleetChoice() {
  const document = useScenario((state) => state.document);
  const fleet = useView((state) => state.fleet);
  const { fleets } = (document ?? {}) as { readonly fleets?: readonly { readonly name?: unknown }[] };
  if (!Array.isArray(fleets)) return null;
  return (
    <fieldset className="chips" aria-label="Fleet to look at">
      {fleets.map((one, index) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: a fleet is its place: the letters follow it
          key={index}
          type="button"
          aria-pressed={index === fleet}
          onClick={() => useView.setState({ fleet: index, request: null, instance: null })}
        >
          <FleetMark index={index} letter={String.fromCharCode(65 + index)} /> {String(one?.name ?? '')}
        </button>
      ))}
    </fieldset>
  );
}

function Views({ result: { recording, report, fleet } }: { readonly result: InspectResult }) {
  const [window, setWindow] = useState<TimeWindow>(() => firstWindow(recording));
  const cohort = useView((state) => state.cohort);
  const picked = useMemo(
    () => (cohort === null ? null : chosenRequests(recording, cohort)),
    [recording, cohort],
  );
  const present = useMemo(
    () => (picked === null ? null : cohortCells(recording, picked)),
    [recording, picked],
  );
  return (
    <div className="views">
      <WhyDrawer report={report} recording={recording} />
      <WhySection title="What would help, and how much" />
      <CohortSection recording={recording} report={report} />
      <CohortChip of={recording.requests.count} picked={picked} />
      <Slowest recording={recording} picked={picked} />
      <Timeline recording={recording} window={window} onWindow={setWindow} picked={picked} />
      <RequestDetails recording={recording} />
      <Strips kind={BUSY_STRIPS} recording={recording} window={window} present={present} />
      <KvStrips recording={recording} window={window} present={present} />
      <CacheHits recording={recording} report={report} window={window} />
      <LinkUse recording={recording} report={report} window={window} />
      <Topology recording={recording} />
      <TakeAlong recording={recording} fleet={fleet} />
    </div>
  );
}

function firstWindow({ durationUs }: Recording): TimeWindow {
  return { fromUs: 0, toUs: Math.max(1, durationUs) };
}
