/**
 * What a fleet costs against how long its users wait: one letter per fleet. Lower left is better. A fleet without a price
 * or without a good request has no place on it and is named below instead.
 */
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import { figureValue } from '../../sim/metrics/figures.ts';
import type { Interval } from '../../sim/metrics/report.ts';
import { fleetColour } from '../components/fleet-mark.tsx';
import { figureText, moneyTickText } from '../format.ts';
import { ScatterChart, type ScatterPoint } from './scatter-chart.tsx';

const LATENCY = 'ttftMs.p95';
const GOODPUT = 'slo.goodputRps';

/** USD per 1,000 requests that were within the SLO: cost per hour over good requests per hour. */
function costPerThousandGood({ report }: FleetOutcome): number | null {
  return costAt(report.cost.perHour, report.slo.goodputRps);
}

function costAt(perHour: number | null, goodputRps: number | null): number | null {
  if (perHour === null || goodputRps === null || goodputRps <= 0) return null;
  return (perHour / (goodputRps * 3600)) * 1000;
}

export function CostLatencyChart({
  fleets,
  limitMs,
}: {
  readonly fleets: readonly FleetOutcome[];
  readonly limitMs: number | null;
}) {
  const points = fleets.flatMap(pointOf);
  const missing = fleets.filter((fleet) => !points.some(({ key }) => key === fleet.letter));
  const note =
    missing.length === 0
      ? ''
      : `${missing.map(({ letter }) => letter).join(', ')}: no place here, as no request was within the SLO or the price is not known`;
  return (
    <ScatterChart
      title="Cost against TTFT p95"
      points={points}
      x={{
        label: 'USD per 1,000 requests within the SLO',
        text: (value) => figureText(value, 'usdPerMTok'),
        tickText: moneyTickText,
      }}
      y={{ label: 'TTFT p95', text: (value) => figureText(value, 'ms') }}
      limitMs={limitMs}
      about="cost"
      note={note}
    />
  );
}

function pointOf(fleet: FleetOutcome, index: number): ScatterPoint[] {
  const { letter, name, report } = fleet;
  const x = costPerThousandGood(fleet);
  const y = figureValue(report, LATENCY);
  if (x === null || y === null || y <= 0) return [];
  return [
    {
      ...{ key: letter, fleet: letter, label: letter, name: `${letter} ${name}`, x, y },
      xInterval: costInterval(fleet),
      yInterval: report.intervals[LATENCY],
      colour: fleetColour(index),
    },
  ];
}

/** From that of the goodput; none where its lower end would cost without bound. */
function costInterval({ report }: FleetOutcome): Interval | undefined {
  const goodput = report.intervals[GOODPUT];
  if (goodput === undefined) return undefined;
  const low = costAt(report.cost.perHour, goodput.high);
  const high = costAt(report.cost.perHour, goodput.low);
  return low === null || high === null ? undefined : { low, high, confidence: goodput.confidence };
}
