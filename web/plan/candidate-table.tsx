/** The fleets that meet the SLO, best first, each with its arithmetic, its figures and what it can be saved as. */

import { checkLabel } from '../../sim/compare/decision.ts';
import { findFigure } from '../../sim/metrics/figures.ts';
import type { Candidate, Metric, PlanReport } from '../../sim/planner/report.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { Term } from '../components/term.tsx';
import { countText, figureText, intervalText, sentence, UNKNOWN } from '../format.ts';
import { ExportMenu } from './export-menu.tsx';
import { capitalised, constraintLabel } from './plan-words.ts';

export function CandidateTable({ report, plan }: { readonly report: PlanReport; readonly plan: Plan }) {
  const { candidates } = report;
  const metrics = candidates[0]!.metrics;
  return (
    <section aria-labelledby="candidates">
      <h2 id="candidates">Fleets that meet the SLO, cheapest first</h2>
      <ScrollTable label="Ranked fleets">
        <thead>
          <tr>
            <th scope="col">Fleet</th>
            <th scope="col">Rank</th>
            <th scope="col">GPUs</th>
            <th scope="col">Cost</th>
            {metrics.map(({ metric }) => (
              <th key={metric} scope="col">
                {capitalised(checkLabel(metric))}
              </th>
            ))}
            <th scope="col">
              <Term name="Knee" />
            </th>
            <th scope="col">Gives first</th>
            <th scope="col">
              <span className="visually-hidden">Save and compare</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {candidates.map((one) => (
            <Row key={one.fleet} candidate={one} ranks={candidates} plan={plan} />
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}

interface RowProps {
  readonly candidate: Candidate;
  readonly ranks: readonly Candidate[];
  readonly plan: Plan;
}

function Row({ candidate: one, ranks, plan }: RowProps) {
  const ties = ranks.filter(({ rank }) => rank === one.rank).length;
  return (
    <tr>
      <th scope="row" className="fleet-cell">
        <FleetName name={one.fleet} />
      </th>
      <td>{ties > 1 ? `${one.rank}–${one.rank + ties - 1}` : one.rank}</td>
      <td>
        {one.gpus}
        <span className="under">{sentence(one.arithmetic.replace(/ = \d+$/, '').replace(' x ', ' × '))}</span>
      </td>
      <td>
        {figureText(one.costPerHour, 'usdPerHour')}
        <span className="under">{figureText(one.costPer1MOutputTokens, 'usdPerMTok')} per 1M out</span>
      </td>
      {one.metrics.map((metric) => (
        <td key={metric.metric}>
          {metricText(metric)}
          {metric.metric === 'slo.attainment' && (
            <span className="under">{figureText(one.probabilityMeets, 'share')} sure</span>
          )}
        </td>
      ))}
      <td>
        {one.kneeRps === null
          ? UNKNOWN
          : `${one.kneeIsLowerBound ? '≥ ' : ''}${figureText(one.kneeRps, 'perS')}`}
        {one.headroom !== null && (
          <span className="under">{figureText(one.headroom, 'share', 2)} head-room</span>
        )}
      </td>
      <td>
        {constraintLabel(one.binding.constraint)}
        <span className="under">
          {figureText(one.binding.slack, 'share', 2)} left, {one.binding.resource} busiest
        </span>
      </td>
      <td>
        <ExportMenu fleet={one.fleet} plan={plan} />
      </td>
    </tr>
  );
}

/** `1P×TP2 + 1D×TP2 · h200-sxm · fp8`: the shape, and under it the rest. `why`: a line for screens on which its column has no room. */
export function FleetName({ name, why }: { readonly name: string; readonly why?: string }) {
  const [shape = name, gpu, ...rest] = name.split(' · ');
  return (
    <>
      <span className="shape">
        {shape}
        {gpu !== undefined && <> on {gpu}</>}
      </span>
      {rest.length > 0 && <span className="under">{rest.map(engineWords).join(', ')}</span>}
      {why !== undefined && <span className="narrow-only under">{why}</span>}
    </>
  );
}

/** The same in one line. */
export function fleetWords(name: string): string {
  const [shape = name, gpu, ...rest] = name.split(' · ');
  return [gpu === undefined ? shape : `${shape} on ${gpu}`, ...rest.map(engineWords)].join(', ');
}

/** `fp8 kv fp8 max_num_batched_tokens 2048` as a reader would say it. */
function engineWords(label: string): string {
  return label
    .replace(/\bkv (\w+)/, ', KV $1')
    .replace(/\bmax_num_batched_tokens (\d+)/, (_, tokens) => `, ${countText(Number(tokens))} tokens/step`)
    .replaceAll(/\s+,/g, ',')
    .replace(/^, /, '');
}

function metricText({ metric, value, interval }: Metric): string {
  return intervalText(value, findFigure(metric)?.unit ?? 'ms', interval ?? undefined);
}
