/**
 * Cumulative distributions of a latency, one line per fleet, on a logarithmic axis, with the SLO as a line across. One tab
 * stop: arrow keys move a reading line, and what it reads is said in words.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { useState } from 'react';
import type { QuantileCurve } from '../../sim/worker/api.ts';
import { fleetColour, fleetDash } from '../components/fleet-mark.tsx';
import { timeTickText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import { AxisX } from './axis-x.tsx';
import { AxisY } from './axis-y.tsx';
import {
  bandHalfWidth,
  type CdfLine,
  MOST_NINES,
  ninesOf,
  quantileMs,
  shareWithin,
  timeDomain,
  timeTicks,
} from './cdf-data.ts';
import { LimitArea, MarkedShare } from './cdf-marks.tsx';
import { bandText, markedText, percentOrDash, shareText, twinRow, withinText } from './cdf-words.ts';
import { GUTTER, useChartSize } from './chart-size.ts';
import { RangeRect, READING_STEPS, ReadingLine, ReadingSvg, stepAt, stepPx } from './reading-svg.tsx';
import { TwinTable } from './twin-table.tsx';

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
          {limitMs !== null && <LimitArea x={x(limitMs)} {...{ limitMs, limitStatistic, right, bottom }} />}
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

/** Three digits are what a hand can aim at. */
function roundMs(ms: number): number {
  return Number(ms.toPrecision(3));
}
