/**
 * What a fleet costs against how long its users wait: one letter per fleet, whiskers where an interval is known. Lower
 * left is better. A fleet without a price or without a good request has no place on it and is named below instead.
 */
import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import { figureValue } from '../../sim/metrics/figures.ts';
import type { Interval } from '../../sim/metrics/report.ts';
import { fleetColour } from '../components/fleet-mark.tsx';
import { figureText, moneyTickText, timeTickText } from '../format.ts';
import { AxisX } from './axis-x.tsx';
import { timeTicks } from './cdf-data.ts';
import { GUTTER, useChartSize } from './chart-size.ts';

interface Place {
  readonly letter: string;
  readonly name: string;
  readonly index: number;
  /** USD per 1,000 requests within the SLO. */
  readonly cost: number | null;
  readonly latencyMs: number | null;
  readonly interval: Interval | undefined;
}

type Placed = Place & { readonly cost: number; readonly latencyMs: number };

const LATENCY = 'ttftMs.p95';
const TITLE = 'Cost against TTFT p95';

/** USD per 1,000 requests that were within the SLO: cost per hour over good requests per hour. */
export function costPerThousandGood({ report }: FleetOutcome): number | null {
  const { perHour } = report.cost;
  const { goodputRps } = report.slo;
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
  const places = fleets.map(
    (fleet, index): Place => ({
      letter: fleet.letter,
      name: fleet.name,
      index,
      cost: costPerThousandGood(fleet),
      latencyMs: figureValue(fleet.report, LATENCY),
      interval: fleet.report.intervals[LATENCY],
    }),
  );
  const placed = places.filter((place): place is Placed => place.cost !== null && place.latencyMs !== null);
  const missing = places.filter((place) => !placed.includes(place as Placed));
  return (
    <section aria-label={TITLE}>
      <h2>{TITLE}</h2>
      <Plot placed={placed} limitMs={limitMs} />
      <p className="reading">
        {missing.length > 0 &&
          `${missing.map((place) => place.letter).join(', ')}: no place here, as no request was within the SLO or the price is not known`}
      </p>
      <Twin places={places} />
    </section>
  );
}

function Plot({ placed, limitMs }: { readonly placed: readonly Placed[]; readonly limitMs: number | null }) {
  const { ref, width, height } = useChartSize();
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  const [low, high] = extent(placed, (place) => place.cost);
  const margin = Math.max(((high ?? 1) - (low ?? 0)) * 0.15, (high ?? 1) * 0.1);
  const x = scaleLinear([Math.max(0, (low ?? 0) - margin), (high ?? 1) + margin], [GUTTER.left, right]);
  const times = placed
    .flatMap(({ latencyMs, interval }) => [
      latencyMs,
      interval?.high ?? latencyMs,
      interval?.low ?? latencyMs,
    ])
    .concat(limitMs ?? [])
    .filter((ms) => ms > 0);
  const [fast = 1, slow = 10] = extent(times);
  const domain = [fast * 0.7, slow * 1.4] as const;
  const y = scaleLog(domain, [bottom, GUTTER.top]);
  const ticks = x.ticks(Math.max(2, Math.floor(width / 110)));
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${TITLE}; the table below has its figures`}
      >
        <text x={GUTTER.left} y={GUTTER.top - 6}>
          TTFT p95, logarithmic
        </text>
        {timeTicks(domain, 6).map((ms) => (
          <g key={ms}>
            <line x1={GUTTER.left} x2={right} y1={y(ms)} y2={y(ms)} stroke="var(--rule)" />
            <text x={GUTTER.left - 8} y={y(ms) + 4} textAnchor="end">
              {timeTickText(ms)}
            </text>
          </g>
        ))}
        <AxisX
          ticks={ticks}
          x={x}
          y={bottom}
          text={(usd) => moneyTickText(usd, step)}
          label="USD per 1,000 requests within the SLO"
          right={right}
        />
        {limitMs !== null && (
          <g>
            <line x1={GUTTER.left} x2={right} y1={y(limitMs)} y2={y(limitMs)} stroke="var(--fail)" />
            <text
              className="strong"
              x={right}
              y={y(limitMs) - 6}
              textAnchor="end"
              style={{ fill: 'var(--fail)' }}
            >
              SLO {timeTickText(limitMs)}
            </text>
          </g>
        )}
        {placed.map((place) => (
          <g key={place.letter} style={{ color: fleetColour(place.index) }}>
            {place.interval !== undefined && (
              <line
                x1={x(place.cost)}
                x2={x(place.cost)}
                y1={y(Math.max(place.interval.low, domain[0]))}
                y2={y(place.interval.high)}
                stroke="currentColor"
                strokeWidth="2"
                strokeOpacity="0.5"
              />
            )}
            <circle cx={x(place.cost)} cy={y(place.latencyMs)} r="4" fill="currentColor" />
            <text
              className="strong halo"
              x={x(place.cost) + 8}
              y={y(place.latencyMs) + 4}
              style={{ fill: 'currentColor' }}
            >
              {place.letter}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function Twin({ places }: { readonly places: readonly Place[] }) {
  return (
    <details>
      <summary>As a table</summary>
      <table>
        <caption className="visually-hidden">{TITLE}</caption>
        <thead>
          <tr>
            <th scope="col">Fleet</th>
            <th scope="col">USD per 1,000 requests within SLO</th>
            <th scope="col">TTFT p95</th>
          </tr>
        </thead>
        <tbody>
          {places.map((place) => (
            <tr key={place.letter}>
              <th scope="row">
                {place.letter} {place.name}
              </th>
              <td>{figureText(place.cost, 'usdPerMTok')}</td>
              <td>{figureText(place.latencyMs, 'ms')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
