/**
 * Cumulative distributions of a latency, one line per fleet, on a logarithmic axis, with the SLO as a line across. One tab
 * stop: arrow keys move a reading line, and what it reads is said in words.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { useState } from 'react';
import type { QuantileCurve } from '../../sim/worker/api.ts';
import { fleetColour, fleetDash } from '../components/fleet-mark.tsx';
import { figureText, percentText, timeTickText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import { AxisX } from './axis-x.tsx';
import { AxisY } from './axis-y.tsx';
import {
  bandHalfWidth,
  MOST_NINES,
  ninesOf,
  quantileMs,
  shareWithin,
  timeDomain,
  timeTicks,
} from './cdf-data.ts';
import { GUTTER, useChartSize } from './chart-size.ts';
import { RangeRect, READING_STEPS, ReadingLine, ReadingSvg, stepAt, stepPx } from './reading-svg.tsx';
import { TwinTable } from './twin-table.tsx';

export interface CdfLine {
  readonly letter: string;
  readonly name: string;
  readonly curve: QuantileCurve;
  /** Place of the fleet, whose colour and dash it has; omitted: that of the line. */
  readonly place?: number;
}

interface CdfChartProps {
  readonly title: string;
  /** Name of the metric at the axis, e.g. `TTFT`. */
  readonly metric: string;
  /** What is counted, e.g. `requests`. */
  readonly of: string;
  readonly lines: readonly CdfLine[];
  readonly limitMs: number | null;
  /** Statistic that the limit is for, e.g. `p95`. */
  readonly limitStatistic: string;
  /** Share whose times are marked across the lines, e.g. 0.95. */
  readonly marked?: number | undefined;
  /** Whether it is the large chart of its page. */
  readonly isLarge?: boolean;
  /** Whether it stands in a section with a heading of its own. */
  readonly isPart?: boolean;
  /** Where a range of times can be picked. */
  readonly brush?: {
    readonly range: readonly [fromMs: number, toMs: number] | null;
    readonly choose: (fromMs: number, toMs: number) => void;
  };
}

const SHARES = [0, 0.25, 0.5, 0.75, 1];
const NINES = [0, 0.5, 0.9, 0.99, 0.999];
const TWIN_QUANTILES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

export function CdfChart({
  title,
  metric,
  of,
  lines,
  limitMs,
  limitStatistic,
  brush,
  isPart,
  isLarge,
  marked,
}: CdfChartProps) {
  const isNines = useView((state) => state.isNines);
  const hasBand = useView((state) => state.hasBand);
  const { ref, width, height } = useChartSize();
  const [reading, setReading] = useState<number | null>(null);
  const domain = timeDomain(
    lines.map((each) => each.curve),
    limitMs,
  );
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  const x = scaleLog(domain, [GUTTER.left, right]);
  const scaled = scaleLinear([0, isNines ? MOST_NINES : 1], [bottom, GUTTER.top]);
  const y = (share: number): number => scaled(isNines ? ninesOf(share) : share);
  const path = line<readonly [ms: number, share: number]>()
    .x(([ms]) => x(Math.max(ms, domain[0])))
    .y(([, share]) => y(Math.min(1, Math.max(0, share))));
  /** The curve, raised by a share. */
  const pointsOf = ({ ms }: QuantileCurve, by = 0): (readonly [number, number])[] =>
    Array.from(ms, (value, i) => [value, (i + 0.5) / ms.length + by] as const);
  const bandOf = (curve: QuantileCurve): string => {
    const by = bandHalfWidth(curve.n);
    return path([...pointsOf(curve, by), ...pointsOf(curve, -by).toReversed()]) ?? '';
  };
  const pick = (fromPx: number, toPx: number): void =>
    brush?.choose(roundMs(x.invert(fromPx)), roundMs(x.invert(toPx)));
  const readingMs = reading === null ? null : x.invert(stepPx(reading, right));
  return (
    <section aria-label={title} className={isLarge === true ? 'large' : undefined}>
      {isPart ? <h3>{title}</h3> : <h2>{title}</h2>}
      <div ref={ref}>
        <ReadingSvg
          {...{ title, width, height }}
          keys="move the reading line"
          last={READING_STEPS}
          at={reading}
          setAt={setReading}
          placeAt={(px) => stepAt(px, right)}
          brush={brush === undefined ? undefined : { pxOf: (step) => stepPx(step, right), choose: pick }}
        >
          <AxisY
            ticks={isNines ? NINES : SHARES}
            y={y}
            text={shareText}
            caption={`share of ${of}`}
            right={right}
          />
          <AxisX
            ticks={timeTicks(domain, Math.floor(width / 64))}
            x={x}
            y={bottom}
            text={timeTickText}
            label={`${metric}, logarithmic`}
            right={right}
          />
          {limitMs !== null && (
            <g>
              <rect
                x={x(limitMs)}
                y={GUTTER.top}
                width={Math.max(0, right - x(limitMs))}
                height={bottom - GUTTER.top}
                fill="var(--fail)"
                fillOpacity="0.06"
              />
              <line x1={x(limitMs)} x2={x(limitMs)} y1={GUTTER.top} y2={bottom} stroke="var(--fail)" />
              <LimitLabel x={x(limitMs)} text={`SLO ${limitStatistic} ${timeTickText(limitMs)}`} />
            </g>
          )}
          {brush?.range != null && (
            <RangeRect from={x(brush.range[0])} to={x(brush.range[1])} bottom={bottom} right={right} />
          )}
          {hasBand &&
            lines.map(({ letter, curve, place }, index) => (
              <path
                key={letter}
                data-fleet={letter}
                className="band"
                d={bandOf(curve)}
                fill={fleetColour(place ?? index)}
              />
            ))}
          {lines.map(({ letter, curve, place }, index) => (
            <path
              key={letter}
              data-fleet={letter}
              d={path(pointsOf(curve)) ?? ''}
              fill="none"
              stroke={fleetColour(place ?? index)}
              strokeWidth="2"
              strokeDasharray={fleetDash(place ?? index)}
            />
          ))}
          {lines.map(({ letter, curve, place }, index) => {
            // Letters stand at different heights, so that lines that run close do not cover each other's.
            const up = 0.35 + (0.45 * index) / Math.max(1, lines.length - 1);
            const share = isNines ? 1 - 10 ** (-MOST_NINES * up) : up;
            const ms = quantileMs(curve, share);
            if (ms === null) return null;
            return (
              <text
                key={letter}
                data-fleet={letter}
                className="strong halo"
                x={x(Math.max(ms, domain[0])) + 6}
                y={y(share) + 12}
                style={{ fill: fleetColour(place ?? index) }}
              >
                {letter}
              </text>
            );
          })}
          {marked !== undefined && (
            <MarkedShare
              {...{ lines, share: marked, right }}
              x={(ms) => x(Math.max(ms, domain[0]))}
              y={y(marked)}
            />
          )}
          {readingMs !== null && <ReadingLine x={x(readingMs)} bottom={bottom} />}
        </ReadingSvg>
      </div>
      <p className="reading" aria-live="polite">
        {readingMs === null
          ? [withinText(lines, limitMs), markedText(lines, marked)].filter(Boolean).join('; ')
          : `Within ${timeTickText(readingMs)}: ${lines.map(({ letter, curve }) => `${letter} ${percentOrDash(shareWithin(curve, readingMs))}`).join(', ')}`}
      </p>
      {hasBand && <p className="reading">{bandText(lines, of)}</p>}
      <TwinTable
        about={{ kind: 'distribution', data: { lines, limitMs } }}
        title={title}
        heads={[`Share of ${of}`, ...lines.map(({ letter, name }) => `${letter} ${name}`)]}
        rows={TWIN_QUANTILES.map((quantile) => twinRow(lines, quantile))}
      />
    </section>
  );
}

interface MarkedShareProps {
  readonly lines: readonly CdfLine[];
  readonly share: number;
  readonly x: (ms: number) => number;
  readonly y: number;
  readonly right: number;
}

/** A line at a share, with a mark where each fleet's curve crosses it: that percentile. */
function MarkedShare({ lines, share, x, y, right }: MarkedShareProps) {
  return (
    <g>
      <line x1={GUTTER.left} x2={right} y1={y} y2={y} stroke="var(--control)" strokeDasharray="2 3" />
      <text className="strong halo" x={GUTTER.left + 8} y={y + 14}>
        {percentileName(share)}
      </text>
      {lines.map(({ letter, curve, place }, index) => {
        const ms = quantileMs(curve, share);
        return ms === null ? null : (
          <circle
            key={letter}
            data-fleet={letter}
            cx={x(ms)}
            cy={y}
            r="4"
            fill="var(--paper)"
            stroke={fleetColour(place ?? index)}
            strokeWidth="2"
          />
        );
      })}
    </g>
  );
}

function percentileName(share: number): string {
  return `p${Math.round(share * 100)}`;
}

function markedText(lines: readonly CdfLine[], share: number | undefined): string {
  if (share === undefined) return '';
  const times = lines.map(({ letter, curve }) => {
    const ms = quantileMs(curve, share);
    return `${letter} ${ms === null ? '\u2014' : timeTickText(ms)}`;
  });
  return `${percentileName(share)}, seeds pooled: ${times.join(', ')}`;
}

/** Room that the caption of the y axis takes at the top left, and a limit's label at most, px. */
const CAPTION_WIDTH = 160;
const LABEL_WIDTH = 96;

/** Above the plot, at its line, and beside the caption rather than over it. */
function LimitLabel({ x, text }: { readonly x: number; readonly text: string }) {
  const captionEnd = GUTTER.left + CAPTION_WIDTH;
  const isBeside = x - LABEL_WIDTH < captionEnd;
  return (
    <text
      className="strong fail"
      x={isBeside ? Math.max(x, captionEnd) : x}
      y={GUTTER.top - 6}
      textAnchor={isBeside ? 'start' : 'end'}
    >
      {text}
    </text>
  );
}

/** What is said while nothing is read: the share inside the SLO. */
function withinText(lines: readonly CdfLine[], limitMs: number | null): string {
  if (limitMs === null) return '';
  const shares = lines.map(({ letter, curve }) => `${letter} ${percentOrDash(shareWithin(curve, limitMs))}`);
  return `Within the SLO of ${timeTickText(limitMs)}: ${shares.join(', ')}`;
}

/** What the bands are, with their half-width where it is one for all. */
function bandText(lines: readonly CdfLine[], of: string): string {
  const widths = lines.map(({ curve }) => figureText(bandHalfWidth(curve.n) * 100, 'count', 2));
  const width = new Set(widths).size === 1 ? `, ±${widths[0]} points` : '';
  return `Bands hold the whole curve with 95 % confidence (Dvoretzky, Kiefer, Wolfowitz)${width}, as if ${of} were independent, which those that queue together are not.`;
}

/** A tick of the share axis; the last nines have a decimal. */
function shareText(share: number): string {
  return share > 0.99 && share < 1 ? figureText(share, 'share', 3) : percentText(share);
}

/** Three digits are what a hand can aim at. */
function roundMs(ms: number): number {
  return Number(ms.toPrecision(3));
}

function percentOrDash(share: number | null): string {
  return share === null ? '\u2014' : figureText(share, 'share');
}

function twinRow(lines: readonly CdfLine[], quantile: number): string[] {
  const values = lines.map(({ curve }) => quantileMs(curve, quantile));
  return [shareText(quantile), ...values.map((ms) => (ms === null ? '\u2014' : timeTickText(ms)))];
}
