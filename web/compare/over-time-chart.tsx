/**
 * Whether waits are stable over the run: median and 95th percentile of requests by when they arrived, a band for each fleet, the
 * arrival rate as a strip below. The warm-up is hatched; requests that were not answered are ticks at the top. One tab stop:
 * arrow keys go from window to window.
 */
import { max, min } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { useId, useState } from 'react';
import type { OverTime, WindowQuantiles } from '../../sim/metrics/over-time.ts';
import { AxisX } from '../charts/axis-x.tsx';
import { AxisY } from '../charts/axis-y.tsx';
import { timeTicks } from '../charts/cdf-data.ts';
import { GUTTER, useChartSize } from '../charts/chart-size.ts';
import { LimitLine } from '../charts/limit-line.tsx';
import { ReadingLine, ReadingSvg } from '../charts/reading-svg.tsx';
import { TwinTable } from '../charts/twin-table.tsx';
import { fleetColour, fleetDash } from '../components/fleet-mark.tsx';
import { countText, figureText, timeTickText, UNKNOWN } from '../format.ts';
import { useView } from '../state/view-store.ts';

export interface OverTimeLine {
  readonly letter: string;
  readonly name: string;
  readonly overTime: OverTime;
}

interface OverTimeChartProps {
  readonly lines: readonly OverTimeLine[];
  readonly limits: Readonly<Record<Metric, number | null>>;
}

type Metric = 'ttftMs' | 'tpotMs';

const NAMES: Readonly<Record<Metric, string>> = {
  ttftMs: 'time to first token',
  tpotMs: 'time per output token',
};
const TITLE = 'Waits over the run';
/** Height of the strip with the arrival rate, px. */
const STRIP = 28;

export function OverTimeChart({ lines, limits }: OverTimeChartProps) {
  const figure = useView((state) => state.figure);
  const [own, setOwn] = useState<{ readonly figure: string; readonly metric: Metric } | null>(null);
  // What was picked here holds until another row of the table is chosen.
  const metric = own?.figure === figure ? own.metric : figure.startsWith('itlMs.') ? 'tpotMs' : 'ttftMs';
  const [reading, setReading] = useState<number | null>(null);
  const longest = lines.reduce(
    (best, one) => (one.overTime.arrivedPerS.length > best.arrivedPerS.length ? one.overTime : best),
    lines[0]!.overTime,
  );
  const windows = longest.arrivedPerS.length;
  const at = reading === null ? null : Math.min(reading, windows - 1);
  const spanText = (i: number): string =>
    `${trim(i * longest.windowS)} to ${trim((i + 1) * longest.windowS)}\u00a0s`;
  return (
    <section aria-label={TITLE}>
      <h2>{TITLE}</h2>
      <label className="inline-field">
        Of
        <select value={metric} onChange={(event) => setOwn({ figure, metric: event.target.value as Metric })}>
          {Object.entries(NAMES).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Plot {...{ lines, metric, longest, at, setReading }} limitMs={limits[metric]} />
      <p className="reading" aria-live="polite">
        {at === null
          ? 'Lines are p95, bands reach down to p50, by when requests arrived'
          : `${spanText(at)}, p50 and p95: ${lines.map(({ letter, overTime }) => `${letter} ${bandText(overTime[metric][at])}`).join(', ')}`}
      </p>
      <TwinTable
        about={{ kind: 'overTime', data: { lines, metric } }}
        title={`${TITLE}, ${NAMES[metric]}`}
        heads={[
          'Arrived',
          'Arrivals',
          ...lines.map(({ letter, name }) => `${letter} ${name}, p50 and p95`),
          'Lost',
        ]}
        rows={() =>
          longest.arrivedPerS.map((rate, i) => [
            spanText(i),
            figureText(rate, 'perS'),
            ...lines.map(({ overTime }) => bandText(overTime[metric][i])),
            lines.map(({ letter, overTime }) => `${letter} ${countText(overTime.lost[i] ?? 0)}`).join(', '),
          ])
        }
      />
    </section>
  );
}

interface PlotProps {
  readonly lines: readonly OverTimeLine[];
  readonly metric: Metric;
  readonly longest: OverTime;
  readonly at: number | null;
  readonly setReading: (at: number | null) => void;
  readonly limitMs: number | null;
}

function Plot({ lines, metric, longest, at, setReading, limitMs }: PlotProps) {
  const hatch = useId();
  const { ref, width, height } = useChartSize();
  const { windowS, warmupS, arrivedPerS } = longest;
  const windows = arrivedPerS.length;
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  const floor = bottom - STRIP - 8;
  const x = scaleLinear([0, windows * windowS], [GUTTER.left, right]);
  const domain = domainOf(lines, metric, limitMs);
  const y = scaleLog(domain, [floor, GUTTER.top]);
  const strip = scaleLinear([0, max(arrivedPerS) ?? 1], [0, STRIP]);
  const middle = (i: number): number => x((i + 0.5) * windowS);
  return (
    <div ref={ref}>
      <ReadingSvg
        {...{ title: TITLE, width, height, at }}
        keys="go from window to window"
        last={windows - 1}
        setAt={setReading}
        placeAt={(px) => Math.floor(x.invert(px) / windowS)}
      >
        <defs>
          <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse">
            <path d="M0,6L6,0" stroke="var(--control)" strokeOpacity="0.5" />
          </pattern>
        </defs>
        <AxisY
          ticks={timeTicks(domain, 6)}
          y={y}
          text={timeTickText}
          caption={`${NAMES[metric]}, logarithmic`}
          right={right}
        />
        <AxisX
          ticks={x.ticks(Math.max(2, Math.floor(width / 90)))}
          x={x}
          y={bottom}
          text={(s) => `${s}\u00a0s`}
          label="when requests arrived; strip: arrivals per second"
          right={right}
        />
        {warmupS > 0 && (
          <rect
            x={GUTTER.left}
            y={GUTTER.top}
            width={Math.min(x(warmupS), right) - GUTTER.left}
            height={floor - GUTTER.top}
            fill={`url(#${hatch})`}
          />
        )}
        {arrivedPerS.map((rate, i) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a window is its place
            key={i}
            x={x(i * windowS)}
            y={bottom - strip(rate)}
            width={Math.max(0.5, x(windowS) - x(0) - 1)}
            height={strip(rate)}
            fill="var(--control)"
          />
        ))}
        <LimitLine {...{ limitMs, y, right }} />
        {lines.map(({ letter, overTime }, index) => (
          <g key={letter} data-fleet={letter} style={{ color: fleetColour(index) }}>
            {pieces(overTime[metric]).map((piece) => {
              const upper = piece.map(({ i, p95 }) => `${middle(i).toFixed(1)},${y(p95).toFixed(1)}`);
              const lower = piece.map(({ i, p50 }) => `${middle(i).toFixed(1)},${y(p50).toFixed(1)}`);
              return (
                <g key={piece[0]!.i} fill="none" stroke="currentColor">
                  <path
                    d={`M${upper.join('L')}L${lower.reverse().join('L')}Z`}
                    fill="currentColor"
                    fillOpacity="0.15"
                    stroke="none"
                  />
                  <path d={`M${upper.join('L')}`} strokeWidth="2" strokeDasharray={fleetDash(index)} />
                </g>
              );
            })}
            {overTime.lost.map((lost, i) =>
              lost === 0 ? null : (
                <line
                  // biome-ignore lint/suspicious/noArrayIndexKey: a window is its place
                  key={i}
                  x1={middle(i) + index * 3}
                  x2={middle(i) + index * 3}
                  y1={GUTTER.top}
                  y2={GUTTER.top + 8}
                  stroke="currentColor"
                  strokeWidth="2"
                />
              ),
            )}
            <EndLetter letter={letter} windows={overTime[metric]} {...{ middle, y, right, index }} />
          </g>
        ))}
        {at !== null && <ReadingLine x={middle(at)} bottom={bottom} />}
      </ReadingSvg>
    </div>
  );
}

interface EndLetterProps {
  readonly letter: string;
  readonly index: number;
  readonly windows: readonly WindowQuantiles[];
  readonly middle: (i: number) => number;
  readonly y: (ms: number) => number;
  readonly right: number;
}

/** At places of their own, so that fleets that run close do not cover each other's letters. */
function EndLetter({ letter, index, windows, middle, y, right }: EndLetterProps) {
  const known = windows.flatMap((window, i) => (window === null ? [] : [{ i, p95: window.p95 }]));
  const place = known[Math.floor(((index + 1) * known.length) / 6)];
  if (place === undefined) return null;
  return (
    <text className="strong halo mark" x={Math.min(middle(place.i), right - 8)} y={y(place.p95) - 6}>
      {letter}
    </text>
  );
}

interface Known {
  readonly i: number;
  readonly p50: number;
  readonly p95: number;
}

/** Runs of windows that say something, without the gaps between them. */
function pieces(windows: readonly WindowQuantiles[]): Known[][] {
  const found: Known[][] = [];
  for (const [i, window] of windows.entries()) {
    if (window === null) continue;
    if (i > 0 && windows[i - 1] !== null && found.length > 0) found.at(-1)!.push({ i, ...window });
    else found.push([{ i, ...window }]);
  }
  return found;
}

function domainOf(lines: readonly OverTimeLine[], metric: Metric, limitMs: number | null): [number, number] {
  const known = lines.flatMap(({ overTime }) => overTime[metric].flatMap((window) => window ?? []));
  const low = min(known, ({ p50 }) => p50) ?? limitMs ?? 1;
  const high = Math.max(max(known, ({ p95 }) => p95) ?? 10, limitMs ?? 0);
  return [Math.max(low, 1e-3) * 0.8, Math.max(high * 1.3, low * 2)];
}

function bandText(window: WindowQuantiles | undefined): string {
  if (window === null || window === undefined) return UNKNOWN;
  return `${figureText(window.p50, 'ms')} and ${figureText(window.p95, 'ms')}`;
}

function trim(seconds: number): string {
  return String(Number(seconds.toPrecision(6)));
}
