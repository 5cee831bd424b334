/**
 * Whether this run's requests are within the SLO, as a distribution of which a range can be picked: by dragging over it, with
 * Shift and the arrow keys, or by its two ends as numbers. What is picked narrows the requests and strips below.
 */
import { useMemo, useState } from 'react';
import type { Recording } from '../../sim/inspect/recording.ts';
import type { Report } from '../../sim/metrics/report.ts';
import { CdfChart } from '../charts/cdf-chart.tsx';
import { CdfOptions } from '../charts/cdf-options.tsx';
import { limitOf } from '../compare/limit-of.ts';
import { InlineNumber } from '../components/inline-fields.tsx';
import { type CohortMetric, useView } from '../state/view-store.ts';
import { type ChosenRequests, COHORT_METRICS, cohortText, latencyCurve } from './cohort.ts';

interface CohortSectionProps {
  readonly recording: Recording;
  readonly report: Report;
}

const LONGEST_MS = 10_000_000;

export function CohortSection({ recording, report }: CohortSectionProps) {
  const cohort = useView((state) => state.cohort);
  const fleet = useView((state) => state.fleet);
  const [other, setOther] = useState<CohortMetric>('ttft');
  const metric = cohort?.metric ?? other;
  const curve = useMemo(() => latencyCurve(recording, metric), [recording, metric]);
  const { name, path } = COHORT_METRICS[metric];
  const choose = (fromMs: number, toMs: number): void =>
    useView.setState({ cohort: { metric, fromMs: Math.min(fromMs, toMs), toMs: Math.max(fromMs, toMs) } });
  return (
    <section aria-labelledby="within" className="chart">
      <h2 id="within">Are requests within the SLO?</h2>
      <div className="filters">
        <label className="inline-field">
          Latency
          <select
            value={metric}
            onChange={(event) => {
              setOther(event.target.value as CohortMetric);
              useView.setState({ cohort: null });
            }}
          >
            {Object.entries(COHORT_METRICS).map(([id, one]) => (
              <option key={id} value={id}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <CdfOptions />
      </div>
      <CdfChart
        title={`${name} of the requests`}
        metric={name}
        of="requests"
        isPart
        lines={[{ letter: String.fromCharCode(65 + fleet), name: report.scenario, curve, place: fleet }]}
        {...limitOf(report, path)}
        brush={{ range: cohort === null ? null : [cohort.fromMs, cohort.toMs], choose }}
      />
      <p className="range-fields">
        Look only at requests with {name} from{' '}
        <InlineNumber
          label={`${name} of the cohort from, ms`}
          value={cohort?.fromMs ?? null}
          min={0}
          max={LONGEST_MS}
          isOptional
          onChange={(ms) => ms !== null && choose(ms, cohort?.toMs ?? curve.ms.at(-1) ?? ms)}
        />{' '}
        to{' '}
        <InlineNumber
          label={`${name} of the cohort to, ms`}
          value={cohort?.toMs ?? null}
          min={0}
          max={LONGEST_MS}
          isOptional
          onChange={(ms) => ms !== null && choose(cohort?.fromMs ?? 0, ms)}
        />{' '}
        ms
      </p>
    </section>
  );
}

/** Which requests are looked at; it stays in sight over the views that it narrows. */
export function CohortChip({ of, picked }: { readonly of: number; readonly picked: ChosenRequests | null }) {
  const cohort = useView((state) => state.cohort);
  if (cohort === null || picked === null) return null;
  return (
    <p className="cohort" role="status">
      <strong>Cohort:</strong> {cohortText(cohort, picked.count, of)}
      <button type="button" onClick={() => useView.setState({ cohort: null })}>
        Clear
      </button>
    </p>
  );
}
