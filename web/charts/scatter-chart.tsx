/**
 * Two figures of each fleet against each other, whiskers on both axes where intervals are known. One tab stop: arrow keys
 * go from fleet to fleet, and what a fleet has is said in words. The table twin holds the same figures.
 */
import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { useState } from 'react';
import type { Interval } from '../../sim/metrics/report.ts';
import { timeTickText } from '../format.ts';
import { AxisX } from './axis-x.tsx';
import { timeTicks } from './cdf-data.ts';
import { GUTTER, useChartSize } from './chart-size.ts';
import { TwinTable } from './twin-table.tsx';

export interface ScatterPoint {
  readonly key: string;
  /** Drawn beside the mark. */
  readonly label: string;
  /** What the reading line and the table say. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly xInterval?: Interval | undefined;
  readonly yInterval?: Interval | undefined;
  readonly colour: string;
  /** Drawn hollow: it misses the SLO. */
  readonly isHollow?: boolean;
  /** Letter of the fleet in charts that are linked. */
  readonly fleet?: string;
}

export interface ScatterAxis {
  /** With its unit, as at the axis. */
  readonly label: string;
  readonly text: (value: number) => string;
}

interface ScatterChartProps {
  readonly title: string;
  readonly points: readonly ScatterPoint[];
  readonly x: ScatterAxis & { readonly tickText: (value: number, step: number) => string };
  /** Milliseconds, on a logarithmic axis. */
  readonly y: ScatterAxis;
  readonly limitMs: number | null;
  /** Points to join, in order: what nothing else beats on both axes. */
  readonly frontier?: readonly ScatterPoint[];
  readonly note?: string;
}

/** Narrowest x axis, as a share of its values: differences below it are noise to the eye, not a finding. */
const NARROWEST = 0.1;

export function ScatterChart({ title, points, x, y, limitMs, frontier, note }: ScatterChartProps) {
  const [at, setAt] = useState<number | null>(null);
  const move = (event: React.KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : -1;
    if (event.key === 'Escape') setAt(null);
    else if (/^Arrow/.test(event.key)) {
      event.preventDefault();
      setAt((before) => (before === null ? 0 : (before + step + points.length) % points.length));
    }
  };
  const read = at === null ? undefined : points[at];
  return (
    <section aria-label={title} className="chart">
      <h2>{title}</h2>
      <Plot {...{ title, points, x, y, limitMs, frontier, move, read }} />
      <p className="reading" aria-live="polite">
        {read === undefined ? note : `${read.name}: ${x.text(read.x)}, ${y.text(read.y)}`}
      </p>
      <TwinTable
        title={title}
        heads={['Fleet', x.label, y.label]}
        rows={points.map((point) => [point.name, x.text(point.x), y.text(point.y)])}
      />
    </section>
  );
}

interface PlotProps extends Pick<ScatterChartProps, 'title' | 'points' | 'x' | 'y' | 'limitMs'> {
  readonly frontier: readonly ScatterPoint[] | undefined;
  readonly move: (event: React.KeyboardEvent) => void;
  readonly read: ScatterPoint | undefined;
}

function Plot({ title, points, x: xAxis, y: yAxis, limitMs, frontier, move, read }: PlotProps) {
  const { ref, width, height } = useChartSize();
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  const x = scaleLinear(xDomain(points), [GUTTER.left, right]);
  const domain = yDomain(points, limitMs);
  const y = scaleLog(domain, [bottom, GUTTER.top]);
  const ticks = x.ticks(Math.max(2, Math.floor(width / 110)));
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  const clampY = (ms: number): number => y(Math.min(domain[1], Math.max(domain[0], ms)));
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title}. Arrow keys go from fleet to fleet.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys read the chart
        tabIndex={0}
        onKeyDown={move}
      >
        <text x={GUTTER.left} y={GUTTER.top - 6}>
          {yAxis.label}, logarithmic
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
          text={(value) => xAxis.tickText(value, step)}
          label={xAxis.label}
          right={right}
        />
        {limitMs !== null && (
          <g>
            <line x1={GUTTER.left} x2={right} y1={y(limitMs)} y2={y(limitMs)} stroke="var(--fail)" />
            <text className="strong fail" x={right} y={y(limitMs) - 6} textAnchor="end">
              SLO {timeTickText(limitMs)}
            </text>
          </g>
        )}
        {frontier !== undefined && frontier.length > 1 && (
          <path
            d={`M${frontier.map((point) => `${x(point.x)},${y(point.y)}`).join('L')}`}
            fill="none"
            stroke="var(--control)"
            strokeDasharray="3 3"
          />
        )}
        {points.map((point) => (
          <g key={point.key} data-fleet={point.fleet} style={{ color: point.colour }}>
            <g stroke="currentColor" strokeWidth="2" strokeOpacity="0.5">
              {point.yInterval !== undefined && (
                <line
                  x1={x(point.x)}
                  x2={x(point.x)}
                  y1={clampY(point.yInterval.low)}
                  y2={clampY(point.yInterval.high)}
                />
              )}
              {point.xInterval !== undefined && (
                <line
                  x1={x(point.xInterval.low)}
                  x2={x(point.xInterval.high)}
                  y1={y(point.y)}
                  y2={y(point.y)}
                />
              )}
            </g>
            <circle
              cx={x(point.x)}
              cy={y(point.y)}
              r={read === point ? 6 : 4}
              fill={point.isHollow === true ? 'var(--paper)' : 'currentColor'}
              stroke="currentColor"
              strokeWidth="1.5"
            />
            <text className="strong halo mark" x={x(point.x) + 8} y={y(point.y) + 4}>
              {point.label}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

/** Holds marks and whiskers, and is never so narrow that noise fills it. */
function xDomain(points: readonly ScatterPoint[]): [number, number] {
  const values = points.flatMap(({ x, xInterval }) => [x, xInterval?.low ?? x, xInterval?.high ?? x]);
  const [low = 0, high = 1] = extent(values);
  const middle = (low + high) / 2;
  const half = Math.max((high - low) / 2, (Math.abs(middle) * NARROWEST) / 2) * 1.25;
  return [Math.max(0, middle - half), middle + half];
}

function yDomain(points: readonly ScatterPoint[], limitMs: number | null): [number, number] {
  const times = points
    .flatMap(({ y, yInterval }) => [y, yInterval?.high ?? y, yInterval?.low ?? y])
    .concat(limitMs ?? [])
    .filter((ms) => ms > 0);
  const [fast = 1, slow = 10] = extent(times);
  return [fast * 0.7, slow * 1.4];
}
