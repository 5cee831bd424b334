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
import { AxisX } from './axis-x.tsx';
import { AxisY } from './axis-y.tsx';
import { quantileMs, shareWithin, timeDomain, timeTicks } from './cdf-data.ts';
import { GUTTER, useChartSize } from './chart-size.ts';
import { READING_STEPS, ReadingLine, ReadingSvg, stepAt, stepPx } from './reading-svg.tsx';
import { TwinTable } from './twin-table.tsx';

export interface CdfLine {
  readonly letter: string;
  readonly name: string;
  readonly curve: QuantileCurve;
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
}

const SHARES = [0, 0.25, 0.5, 0.75, 1];
const TWIN_QUANTILES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

export function CdfChart({ title, metric, of, lines, limitMs, limitStatistic }: CdfChartProps) {
  const { ref, width, height } = useChartSize();
  const [reading, setReading] = useState<number | null>(null);
  const domain = timeDomain(
    lines.map((each) => each.curve),
    limitMs,
  );
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  const x = scaleLog(domain, [GUTTER.left, right]);
  const y = scaleLinear([0, 1], [bottom, GUTTER.top]);
  const path = line<number>()
    .x((ms) => x(ms))
    .y((_, i) => y(i));
  const pathOf = ({ ms }: QuantileCurve): string => {
    const points = Array.from(ms, (value, i) => [Math.max(value, domain[0]), (i + 0.5) / ms.length] as const);
    return path.y((_, i) => y(points[i]![1]))(points.map(([value]) => value)) ?? '';
  };
  const readingMs = reading === null ? null : x.invert(stepPx(reading, right));
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <div ref={ref}>
        <ReadingSvg
          {...{ title, width, height }}
          keys="move the reading line"
          last={READING_STEPS}
          at={reading}
          setAt={setReading}
          placeAt={(px) => stepAt(px, right)}
        >
          <AxisY ticks={SHARES} y={y} text={percentText} caption={`share of ${of}`} right={right} />
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
          {lines.map(({ letter, curve }, index) => (
            <path
              key={letter}
              data-fleet={letter}
              d={pathOf(curve)}
              fill="none"
              stroke={fleetColour(index)}
              strokeWidth="2"
              strokeDasharray={fleetDash(index)}
            />
          ))}
          {lines.map(({ letter, curve }, index) => {
            // Letters stand at different heights, so that lines that run close do not cover each other's.
            const share = 0.35 + (0.45 * index) / Math.max(1, lines.length - 1);
            const ms = quantileMs(curve, share);
            if (ms === null) return null;
            return (
              <text
                key={letter}
                data-fleet={letter}
                className="strong halo"
                x={x(Math.max(ms, domain[0])) + 6}
                y={y(share) + 12}
                style={{ fill: fleetColour(index) }}
              >
                {letter}
              </text>
            );
          })}
          {readingMs !== null && <ReadingLine x={x(readingMs)} bottom={bottom} />}
        </ReadingSvg>
      </div>
      <p className="reading" aria-live="polite">
        {readingMs === null
          ? withinText(lines, limitMs)
          : `Within ${timeTickText(readingMs)}: ${lines.map(({ letter, curve }) => `${letter} ${percentOrDash(shareWithin(curve, readingMs))}`).join(', ')}`}
      </p>
      <TwinTable
        title={title}
        heads={[`Share of ${of}`, ...lines.map(({ letter, name }) => `${letter} ${name}`)]}
        rows={TWIN_QUANTILES.map((quantile) => twinRow(lines, quantile))}
      />
    </section>
  );
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

function percentOrDash(share: number | null): string {
  return share === null ? '\u2014' : figureText(share, 'share');
}

function twinRow(lines: readonly CdfLine[], quantile: number): string[] {
  const values = lines.map(({ curve }) => quantileMs(curve, quantile));
  return [percentText(quantile), ...values.map((ms) => (ms === null ? '\u2014' : timeTickText(ms)))];
}
