/** What fleets cost against how long their users wait: those that meet the SLO, and hollow those that were run and miss it. */
import { useState } from 'react';
import { checkLabel } from '../../sim/compare/decision.ts';
import type { Metric, PlanReport } from '../../sim/planner/report.ts';
import { ScatterChart, type ScatterPoint } from '../charts/scatter-chart.tsx';
import { figureText, moneyTickText } from '../format.ts';

export function ParetoChart({ report }: { readonly report: PlanReport }) {
  const metrics = report.candidates[0]!.metrics.map(({ metric }) => metric).filter((metric) =>
    /Ms\./.test(metric),
  );
  const [chosen, setChosen] = useState(metrics[0]!);
  const metric = metrics.includes(chosen) ? chosen : metrics[0];
  if (metric === undefined) return null;
  const points = pointsOf(report, metric);
  const limitMs = limitOf(report.candidates[0]!.metrics, metric);
  const label = checkLabel(metric);
  return (
    <div className="pareto">
      {metrics.length > 1 && (
        <label className="inline-field">
          Latency
          <select value={metric} onChange={(event) => setChosen(event.target.value)}>
            {metrics.map((one) => (
              <option key={one} value={one}>
                {checkLabel(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      <ScatterChart
        title={`Cost against ${label}`}
        points={points}
        x={{
          label: 'USD per hour',
          text: (value) => figureText(value, 'usdPerHour'),
          tickText: (value, step) => moneyTickText(value, step),
        }}
        y={{ label, text: (value) => figureText(value, 'ms') }}
        limitMs={limitMs}
        frontier={frontierOf(points.filter(({ isHollow }) => isHollow !== true))}
        note="Hollow marks miss the SLO, on this figure or another. The dashed line joins fleets that no other beats on both axes."
      />
    </div>
  );
}

function pointsOf({ candidates, rejected }: PlanReport, metric: string): ScatterPoint[] {
  const meeting = candidates.flatMap((one) =>
    pointOf(one.fleet, one.costPerHour, one.metrics, metric, false, String(one.rank)),
  );
  const missing = rejected.flatMap((one) =>
    one.stage === 'confirm' ? pointOf(one.fleet, one.costPerHour, one.metrics ?? [], metric, true, '') : [],
  );
  return [...meeting, ...missing];
}

function pointOf(
  fleet: string,
  cost: number | null,
  metrics: readonly Metric[],
  metric: string,
  isHollow: boolean,
  label: string,
): ScatterPoint[] {
  const own = metrics.find((one) => one.metric === metric);
  if (cost === null || own === undefined || own.value === null || own.value <= 0) return [];
  return [
    {
      ...{ key: fleet, name: fleet, label, x: cost, y: own.value, isHollow },
      yInterval: own.interval ?? undefined,
      colour: isHollow ? 'var(--muted)' : 'var(--fleet-b)',
    },
  ];
}

/** Cheapest first, each one faster than all that are cheaper. */
function frontierOf(points: readonly ScatterPoint[]): ScatterPoint[] {
  const frontier: ScatterPoint[] = [];
  for (const point of [...points].sort((a, b) => a.x - b.x || a.y - b.y)) {
    const last = frontier.at(-1);
    if (last === undefined || (point.y < last.y && point.x > last.x)) frontier.push(point);
  }
  return frontier;
}

function limitOf(metrics: readonly Metric[], metric: string): number | null {
  return metrics.find((one) => one.metric === metric)?.limit ?? null;
}
