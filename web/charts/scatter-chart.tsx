/**
 * Two figures of each fleet against each other, whiskers on both axes where intervals are known. One tab stop: arrow keys
 * go from fleet to fleet, and what a fleet has is said in words. The table twin holds the same figures.
 */
import { extent, minIndex } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { type ReactNode, useState } from 'react';
import type { Interval } from '../../sim/metrics/report.ts';
import { timeTickText } from '../format.ts';
import { AxisX } from './axis-x.tsx';
import { AxisY } from './axis-y.tsx';
import { timeTicks } from './cdf-data.ts';
import { GUTTER, useChartSize } from './chart-size.ts';
import { dodged } from './dodge.ts';
import { LimitLine } from './limit-line.tsx';
import { ReadingSvg } from './reading-svg.tsx';
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
  readonly about: 'cost' | 'plan';
  readonly pick?: Picking;
}

/** Where points can be picked: which are, by key, and what is done with them. */
export interface Picking {
  readonly picked: readonly string[];
  /** Space, or a click: takes it up, or lets it go. */
  readonly toggle: (key: string) => void;
  /** Enter: on with what is picked. */
  readonly onward: () => void;
  /** Escape. */
  readonly clear: () => void;
  /** What the keys do, for those who cannot see it. */
  readonly keys: string;
  /** Drawn over the points, which stand at these places, px. */
  readonly over: (places: readonly PlacedPoint[], right: number, bottom: number) => ReactNode;
}

export interface PlacedPoint {
  readonly key: string;
  readonly x: number;
  readonly y: number;
}

/** Narrowest x axis, as a share of its values: differences below it are noise to the eye, not a finding. */
const NARROWEST = 0.1;

export function ScatterChart({
  title,
  points,
  x,
  y,
  limitMs,
  frontier,
  note,
  about,
  pick,
}: ScatterChartProps) {
  const [at, setAt] = useState<number | null>(null);
  const read = at === null ? undefined : points[Math.min(at, points.length - 1)];
  const isPicked = ({ key }: ScatterPoint): boolean => pick?.picked.includes(key) === true;
  const ofPick = (cell: string): string[] => (pick === undefined ? [] : [cell]);
  return (
    <section aria-label={title} className="chart">
      <h2>{title}</h2>
      <Plot {...{ title, points, x, y, limitMs, frontier, at, setAt, read, pick }} />
      <p className="reading" aria-live="polite">
        {read === undefined
          ? note
          : `${read.name}: ${x.text(read.x)}, ${y.text(read.y)}${isPicked(read) ? '; picked' : ''}`}
      </p>
      <TwinTable
        about={{ kind: about, data: { points, x: x.text, y: y.text } }}
        title={title}
        heads={['Fleet', x.label, y.label, ...ofPick('Picked')]}
        rows={points.map((point) => [
          point.name,
          x.text(point.x),
          y.text(point.y),
          ...ofPick(isPicked(point) ? 'yes' : 'no'),
        ])}
      />
    </section>
  );
}

interface PlotProps extends Pick<ScatterChartProps, 'title' | 'points' | 'x' | 'y' | 'limitMs'> {
  readonly pick: ScatterChartProps['pick'];
  readonly frontier: readonly ScatterPoint[] | undefined;
  readonly at: number | null;
  readonly setAt: (at: number | null) => void;
  readonly read: ScatterPoint | undefined;
}

function Plot({ title, points, x: xAxis, y: yAxis, limitMs, frontier, at, setAt, read, pick }: PlotProps) {
  const { ref, width, height } = useChartSize();
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  const x = scaleLinear(xDomain(points), [GUTTER.left, right]);
  const domain = yDomain(points, limitMs);
  const y = scaleLog(domain, [bottom, GUTTER.top]);
  const ticks = x.ticks(Math.max(2, Math.floor(width / 110)));
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  const places = points.map((point): PlacedPoint => ({ key: point.key, x: x(point.x), y: y(point.y) }));
  const labels = dodged(places);
  const clampY = (ms: number): number => y(Math.min(domain[1], Math.max(domain[0], ms)));
  return (
    <div ref={ref}>
      <ReadingSvg
        {...{ title, width, height, at, setAt }}
        keys={`go from fleet to fleet${pick === undefined ? '' : `, ${pick.keys}`}`}
        last={points.length - 1}
        placeAt={(px, py) => minIndex(places, (one) => Math.hypot(one.x - px, one.y - py))}
        choose={pick === undefined ? undefined : (place) => pick.toggle(points[place]!.key)}
        onKey={(key, place) =>
          pick !== undefined && pressed(key, place === null ? undefined : points[place], pick)
        }
      >
        <AxisY
          ticks={timeTicks(domain, 6)}
          y={y}
          text={timeTickText}
          caption={`${yAxis.label}, logarithmic`}
          right={right}
        />
        <AxisX
          ticks={ticks}
          x={x}
          y={bottom}
          text={(value) => xAxis.tickText(value, step)}
          label={xAxis.label}
          right={right}
        />
        <LimitLine {...{ limitMs, y, right }} isShaded />
        {frontier !== undefined && frontier.length > 1 && (
          <path
            d={`M${frontier.map((point) => `${x(point.x)},${y(point.y)}`).join('L')}`}
            fill="none"
            stroke="var(--control)"
            strokeDasharray="3 3"
          />
        )}
        {points.map((point, i) => (
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
            {pick?.picked.includes(point.key) === true && (
              <circle
                cx={x(point.x)}
                cy={y(point.y)}
                r="9"
                fill="none"
                stroke="var(--focus)"
                strokeWidth="2"
              />
            )}
            <circle
              cx={x(point.x)}
              cy={y(point.y)}
              r={read === point ? 6 : 4}
              fill={point.isHollow === true ? 'var(--paper)' : 'currentColor'}
              stroke="currentColor"
              strokeWidth="1.5"
            />
            {/* Beside the point, or above its whisker where one runs to the right of it. */}
            <text
              className="strong halo mark"
              x={x(point.x) + 8}
              y={labels[i]! + (point.xInterval === undefined ? 4 : -5)}
            >
              {point.label}
            </text>
          </g>
        ))}
        {pick?.over(places, right, bottom)}
      </ReadingSvg>
    </div>
  );
}

/** Whether a key was one of picking. Escape also puts the reading away, which is not its own. */
function pressed(key: string, read: ScatterPoint | undefined, pick: Picking): boolean {
  if (key === 'Escape') pick.clear();
  if (key === 'Enter') pick.onward();
  if (key === ' ' && read !== undefined) pick.toggle(read.key);
  return key === 'Enter' || key === ' ';
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
