/** How far predictions are from measured systems: the committed summary of a validation, where this build has one. */
import { useEffect, useState } from 'react';
import { fixed } from '../../sim/metrics/format-figure.ts';
import type { ValidationSummary } from '../../sim/validate/validation-summary.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText, sentence, UNKNOWN } from '../format.ts';
import { type ErrorCurve, ErrorCurves } from './error-curves.tsx';

type Shown = Pick<ValidationSummary, 'cases' | 'rows' | 'peers' | 'quantiles'>;

/** Groups that are shown first; the others are a choice away. */
const MAIN_GROUP = /^(all|tier:|pd$)/;

const METRICS: Readonly<Record<string, string>> = {
  'ttftMs.mean': 'TTFT mean',
  'ttftMs.p99': 'TTFT p99',
  'tpotMs.mean': 'TPOT mean',
  'e2eMs.mean': 'E2E mean',
  'e2eMs.p99': 'E2E p99',
  outputTokensPerS: 'output tokens/s',
};

export function Validation() {
  const [summary, setSummary] = useState<Shown | null>(null);
  useEffect(() => {
    void import('virtual:precomputed/validation').then(({ default: found }) => setSummary(found));
  }, []);
  return (
    <section aria-labelledby="validation">
      <h2 id="validation">Measured against simulated</h2>
      {summary === null ? (
        <p>
          This build carries no summary of a validation. <code>drydock validate --cases FILE</code> compares
          with measurements of your own.
        </p>
      ) : (
        <Errors summary={summary} />
      )}
    </section>
  );
}

function Errors({ summary }: { readonly summary: Shown }) {
  const [isAll, setAll] = useState(false);
  const rows = summary.rows.filter(({ group }) => isAll || MAIN_GROUP.test(group));
  return (
    <>
      <p>{findingOf(summary)}</p>
      <ErrorCurves curves={curvesOf(summary)} />
      <p>
        {countText(summary.cases.predicted)} measured cases of {countText(summary.cases.given)} could be
        predicted. Errors in percent of what was measured; the last column is a formula with three parameters
        on the same points.
      </p>
      <label className="check">
        <input type="checkbox" checked={isAll} onChange={(event) => setAll(event.target.checked)} />
        By GPU, model, engine and family
      </label>
      <ScrollTable label="Errors by group">
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col" className="text">
              Figure
            </th>
            <th scope="col">Points</th>
            <th scope="col">Median</th>
            <th scope="col">Mean</th>
            <th scope="col">90th percentile</th>
            <th scope="col">Bias</th>
            <th scope="col">Formula, median</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.group} ${row.metric}`}>
              <th scope="row">{groupName(row.group)}</th>
              <td className="text">{METRICS[row.metric] ?? row.metric}</td>
              <td>{countText(row.n)}</td>
              <td>{percent(row.medianPct)}</td>
              <td>{percent(row.meanPct)}</td>
              <td>{percent(row.p90Pct)}</td>
              <td>{percent(row.biasPct)}</td>
              <td>{row.naiveMedianPct === null ? UNKNOWN : percent(row.naiveMedianPct)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {summary.peers.length > 0 && <Peers summary={summary} />}
    </>
  );
}

/** `tier:1` in words; groups by GPU, model and engine are named `gpu:h100`. */
function groupName(group: string): string {
  const tiers = { 'tier:1': 'fully specified', 'tier:2': 'something unknown', 'tier:3': 'little known' };
  if (group === 'pd') return 'prefill and decode apart';
  return tiers[group as keyof typeof tiers] ?? group.replace(':', ' ');
}

/** Figures whose errors are drawn: more than five lines cannot be told apart. */
const DRAWN = ['tpotMs.mean', 'ttftMs.mean', 'ttftMs.p99', 'e2eMs.mean', 'e2eMs.p99'] as const;

function curvesOf({ quantiles }: Shown): ErrorCurve[] {
  return DRAWN.flatMap((metric) => {
    const own = quantiles[metric] ?? [];
    return own.length === 0 ? [] : [{ name: METRICS[metric]!, quantiles: own }];
  });
}

/** The medians over all that was measured, in a sentence. */
function findingOf({ rows }: Shown): string {
  const medianOf = (metric: string): string => {
    const row = rows.find((one) => one.group === 'all' && one.metric === metric);
    return row === undefined ? UNKNOWN : percent(row.medianPct);
  };
  return `Half of all predictions are within ${medianOf('tpotMs.mean')} of the measured TPOT, ${medianOf('e2eMs.mean')} of E2E and ${medianOf('ttftMs.mean')} of TTFT (means of a run).`;
}

function Peers({ summary }: { readonly summary: Shown }) {
  return (
    <>
      <h3>Beside other tools, on the cases that they predicted</h3>
      <ScrollTable label="Errors of other tools">
        <thead>
          <tr>
            <th scope="col">Tool</th>
            <th scope="col" className="text">
              Figure
            </th>
            <th scope="col">Points</th>
            <th scope="col">Theirs, median</th>
            <th scope="col">Drydock, median</th>
          </tr>
        </thead>
        <tbody>
          {summary.peers.map(({ peer, metric, n, peerPct, ownPct }) => (
            <tr key={`${peer} ${metric}`}>
              <th scope="row">{peer}</th>
              <td className="text">{METRICS[metric] ?? metric}</td>
              <td>{countText(n)}</td>
              <td>{percent(peerPct)}</td>
              <td>{percent(ownPct)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </>
  );
}

function percent(value: number): string {
  return sentence(`${Math.abs(value) >= 99.5 ? fixed(value, 0) : value.toPrecision(2)} %`);
}
