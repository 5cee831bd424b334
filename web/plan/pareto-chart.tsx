/**
 * What fleets cost against how long their users wait: those that meet the SLO, and hollow those that were run and miss it. Points are
 * picked by a click, Space or a lasso and taken to the comparison together.
 */
import { useState } from 'react';
import { checkLabel } from '../../sim/compare/decision.ts';
import type { Metric, PlanReport } from '../../sim/planner/report.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import { ScatterChart, type ScatterPoint } from '../charts/scatter-chart.tsx';
import { figureText, moneyTickText } from '../format.ts';
import { fleetWords } from './candidate-table.tsx';
import { MOST_FLEETS, takeFrom } from './export-menu.tsx';
import { Lasso } from './lasso.tsx';
import { PickedFleets } from './picked-fleets.tsx';
import { usePicks } from './picks.ts';

export function ParetoChart({ report, plan }: { readonly report: PlanReport; readonly plan: Plan }) {
  const metrics = report.candidates[0]!.metrics.map(({ metric }) => metric).filter((metric) =>
    /Ms\./.test(metric),
  );
  const [chosen, setChosen] = useState(metrics[0]!);
  const metric = metrics.includes(chosen) ? chosen : metrics[0];
  const points = metric === undefined ? [] : pointsOf(report, metric);
  const picks = usePicks(
    points.map(({ key }) => key),
    MOST_FLEETS,
  );
  if (metric === undefined) return null;
  const { picked, toggle, clear } = picks;
  const onward = (): void => {
    if (picked.length > 0) void takeFrom(picked, plan, 'compare');
  };
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
        // Arrow keys go from left to right.
        points={[...points].sort((a, b) => a.x - b.x || a.y - b.y)}
        x={{
          label: 'USD per hour',
          text: (value) => figureText(value, 'usdPerHour'),
          tickText: (value, step) => moneyTickText(value, step),
        }}
        y={{ label, text: (value) => figureText(value, 'ms') }}
        limitMs={limitMs}
        about="plan"
        frontier={frontierOf(points.filter(({ isHollow }) => isHollow !== true))}
        note="Hollow marks miss the SLO, on this figure or another. The dashed line joins fleets that no other beats on both axes. A click picks a fleet for the comparison, a drag all that it encloses."
        pick={{
          ...{ picked, toggle, onward, clear },
          keys: 'Space picks one, Enter compares what is picked, Escape picks none',
          over: (places, right, bottom) => (
            <Lasso places={places} right={right} bottom={bottom} pick={picks.take} />
          ),
        }}
      />
      <PickedFleets picks={picks} onward={onward} />
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
      ...{ key: fleet, name: fleetWords(fleet), label, x: cost, y: own.value, isHollow },
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
