/**
 * A figure over the offered load: a thin line per seed, the fleet's knee as a diamond with its interval. Both charts of the load
 * have the same x axis, one below the other or side by side. One tab stop: arrow keys move a reading line.
 */
import { max, mean, min } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { useState } from 'react';
import type { FigureUnit } from '../../sim/metrics/figures.ts';
import type { FleetLoads } from '../../sim/worker/load-worker.ts';
import { AxisX } from '../charts/axis-x.tsx';
import { AxisY } from '../charts/axis-y.tsx';
import { timeTicks } from '../charts/cdf-data.ts';
import { GUTTER } from '../charts/chart-size.ts';
import { LimitLine } from '../charts/limit-line.tsx';
import { READING_STEPS } from '../charts/reading-svg.tsx';
import { SteppedPlot } from '../charts/stepped-plot.tsx';
import { TwinTable } from '../charts/twin-table.tsx';
import { fleetColour, fleetDash } from '../components/fleet-mark.tsx';
import { figureText, timeTickText, UNKNOWN } from '../format.ts';
import { kneeOf, type LoadPoint, seedLines, valueAt } from './load-points.ts';

interface LoadChartProps {
  readonly title: string;
  readonly fleets: readonly FleetLoads[];
  /** Path of the figure. */
  readonly figure: string;
  /** `ms` has a logarithmic axis, others one from zero. */
  readonly unit: FigureUnit;
  readonly axis: string;
  readonly limitMs: number | null;
}

export function LoadChart({ title, fleets, figure, unit, axis, limitMs }: LoadChartProps) {
  const [reading, setReading] = useState<number | null>(null);
  const lines = fleets.map((fleet, i) => ({
    letter: String.fromCharCode(65 + i),
    name: fleet.fleet,
    seeds: seedLines(fleet, figure),
    knee: kneeOf(fleet),
  }));
  const most =
    max(
      lines.flatMap(({ seeds }) => seeds.flat()),
      ({ rps }) => rps,
    ) ?? 1;
  const atRps = reading === null ? null : (reading / READING_STEPS) * most * 1.02;
  const textAt = (seeds: readonly LoadPoint[][], rps: number): string => {
    const values = seeds.flatMap((points) => valueAt(points, rps) ?? []);
    return values.length < seeds.length ? UNKNOWN : figureText(mean(values)!, unit);
  };
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <Plot {...{ title, lines, unit, axis, limitMs, most, reading, setReading }} />
      <p className="reading" aria-live="polite">
        {atRps === null
          ? 'One line per seed; diamonds: SLO knee, with its 95\u00a0% interval over seeds'
          : `At ${figureText(atRps, 'perS')}: ${lines.map(({ letter, seeds }) => `${letter} ${textAt(seeds, atRps)}`).join(', ')}`}
      </p>
      <TwinTable
        about={{ kind: 'load', data: { lines } }}
        title={title}
        heads={['Fleet, seed, load', 'Offered', axis, 'Within the SLO']}
        rows={() =>
          lines.flatMap(({ letter, name, seeds }) =>
            seeds.flatMap((points, s) =>
              points.map(({ rps, value, meets }, i) => [
                `${letter} ${name}, seed ${s + 1}, load ${i + 1}`,
                figureText(rps, 'perS'),
                figureText(value, unit),
                meets === null ? UNKNOWN : meets ? 'yes' : 'no',
              ]),
            ),
          )
        }
      />
    </section>
  );
}

/** Of one fleet. */
interface LoadedLine {
  readonly letter: string;
  readonly seeds: readonly LoadPoint[][];
  readonly knee: ReturnType<typeof kneeOf>;
}

interface PlotProps extends Pick<LoadChartProps, 'title' | 'unit' | 'axis' | 'limitMs'> {
  readonly lines: readonly LoadedLine[];
  readonly most: number;
  readonly reading: number | null;
  readonly setReading: (reading: number | null) => void;
}

function Plot({ title, lines, unit, axis, limitMs, most, reading, setReading }: PlotProps) {
  const values = lines.flatMap(({ seeds }) => seeds.flat().map(({ value }) => value));
  const isTime = unit === 'ms';
  const [low, high] = [min(values) ?? 1, Math.max(max(values) ?? 1, limitMs ?? 0)];
  return (
    <SteppedPlot {...{ title, reading, setReading }}>
      {({ width, right, bottom }) => {
        const x = scaleLinear([0, most * 1.02], [GUTTER.left, right]);
        const range: [number, number] = [bottom, GUTTER.top];
        const y = isTime
          ? scaleLog([Math.max(low, 1e-3) * 0.8, Math.max(high * 1.3, low * 2)], range)
          : scaleLinear([0, high * 1.1], range);
        return (
          <>
            <AxisY
              ticks={isTime ? timeTicks(y.domain() as [number, number], 6) : y.ticks(5)}
              y={y}
              text={isTime ? timeTickText : String}
              caption={`${axis}${isTime ? ', logarithmic' : ''}`}
              right={right}
            />
            <AxisX
              ticks={x.ticks(Math.max(2, Math.floor(width / 90)))}
              x={x}
              y={bottom}
              text={String}
              label="requests/s offered"
              right={right}
            />
            <LimitLine {...{ limitMs, y, right }} />
            {lines.map((line, index) => (
              <SeedLines key={line.letter} {...{ line, index, x, y, most }} />
            ))}
          </>
        );
      }}
    </SteppedPlot>
  );
}

interface SeedLinesProps {
  readonly line: LoadedLine;
  readonly index: number;
  readonly x: (rps: number) => number;
  readonly y: (value: number) => number;
  readonly most: number;
}

function SeedLines({ line: { letter, seeds, knee }, index, x, y, most }: SeedLinesProps) {
  return (
    <g data-fleet={letter} style={{ color: fleetColour(index) }}>
      {seeds.map((points, s) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: a seed is its place
          key={s}
          d={`M${points.map(({ rps, value }) => `${x(rps).toFixed(1)},${y(value).toFixed(1)}`).join('L')}`}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeDasharray={fleetDash(index)}
        />
      ))}
      {knee !== null && knee.rps > 0 && <Knee {...{ letter, knee, seeds, x, y, most }} />}
    </g>
  );
}

interface KneeProps {
  readonly letter: string;
  readonly knee: NonNullable<LoadedLine['knee']>;
  readonly seeds: readonly LoadPoint[][];
  readonly x: (rps: number) => number;
  readonly y: (value: number) => number;
  readonly most: number;
}

function Knee({ letter, knee, seeds, x, y, most }: KneeProps) {
  const value = mean(seeds.flatMap((points) => valueAt(points, knee.rps) ?? []));
  if (value === undefined) return null;
  const [px, py] = [x(knee.rps), y(value)];
  const clamp = (rps: number): number => x(Math.min(most, Math.max(0, rps)));
  return (
    <g>
      {knee.interval !== null && (
        <line
          x1={clamp(knee.interval.low)}
          x2={clamp(knee.interval.high)}
          y1={py}
          y2={py}
          stroke="currentColor"
          strokeWidth="2"
          strokeOpacity="0.5"
        />
      )}
      <path d={`M${px},${py - 6}L${px + 6},${py}L${px},${py + 6}L${px - 6},${py}Z`} fill="currentColor" />
      <text className="strong halo mark" x={px + 8} y={py - 6}>
        {letter}
      </text>
    </g>
  );
}
