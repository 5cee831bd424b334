/**
 * Measured against simulated, run by run: on the diagonal the two are equal. Hollow is the built-in calibration, filled the fit.
 * One tab stop: arrow keys go from run to run.
 */
import { extent } from 'd3-array';
import { scaleLog } from 'd3-scale';
import { useState } from 'react';
import type { FitPoint } from '../../sim/calibrate/fit-overhead.ts';
import { checkLabel } from '../../sim/compare/decision.ts';
import { AxisX } from '../charts/axis-x.tsx';
import { AxisY } from '../charts/axis-y.tsx';
import { timeTicks } from '../charts/cdf-data.ts';
import { GUTTER, useChartSize } from '../charts/chart-size.ts';
import { ReadingLine, ReadingSvg } from '../charts/reading-svg.tsx';
import { TwinTable } from '../charts/twin-table.tsx';
import { figureText, timeTickText } from '../format.ts';

const TITLE = 'Measured against simulated';

export function MeasuredChart({ points }: { readonly points: readonly FitPoint[] }) {
  const metrics = [...new Set(points.map(({ metric }) => metric))];
  const [chosen, setChosen] = useState(metrics[0] ?? '');
  const [at, setAt] = useState<number | null>(null);
  const own = points
    .filter(({ metric }) => metric === chosen)
    .sort((a, b) => a.measured - b.measured || (a.run < b.run ? -1 : 1));
  const read = at === null ? undefined : own[Math.min(at, own.length - 1)];
  if (own.length === 0) return null;
  return (
    <section aria-label={TITLE} className="chart measured">
      <h3>{TITLE}</h3>
      <label className="inline-field">
        Of
        <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {metrics.map((metric) => (
            <option key={metric} value={metric}>
              {checkLabel(metric)}
            </option>
          ))}
        </select>
      </label>
      <Plot points={own} at={at} setAt={setAt} read={read} />
      <p className="reading" aria-live="polite">
        {read === undefined
          ? 'Hollow: built-in. Filled: fitted. On the line the two are equal.'
          : `${read.run}: measured ${figureText(read.measured, 'ms')}, built-in ${figureText(read.builtin, 'ms')}, fitted ${figureText(read.fitted, 'ms')}`}
      </p>
      <TwinTable
        about={{ kind: 'measured', data: own }}
        title={`${TITLE}, ${checkLabel(chosen)}`}
        heads={['Run', 'Measured', 'Built-in', 'Fitted', 'Cross-validated']}
        rows={own.map((point) => [
          point.run,
          figureText(point.measured, 'ms'),
          figureText(point.builtin, 'ms'),
          figureText(point.fitted, 'ms'),
          figureText(point.crossValidated, 'ms'),
        ])}
      />
    </section>
  );
}

interface PlotProps {
  /** By what was measured, ascending. */
  readonly points: readonly FitPoint[];
  readonly at: number | null;
  readonly setAt: (at: number | null) => void;
  readonly read: FitPoint | undefined;
}

function Plot({ points, at, setAt, read }: PlotProps) {
  const { ref, width, height } = useChartSize();
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  const [low = 1, high = 10] = extent(
    points.flatMap(({ measured, builtin, fitted }) => [measured, builtin, fitted]).filter((ms) => ms > 0),
  );
  const domain: [number, number] = [low * 0.8, high * 1.25];
  const x = scaleLog(domain, [GUTTER.left, right]);
  const y = scaleLog(domain, [bottom, GUTTER.top]);
  const ticks = (room: number): number[] => timeTicks(domain, Math.max(2, Math.floor(room)));
  const nearest = (px: number): number =>
    points.reduce(
      (best, { measured }, i) =>
        Math.abs(x(measured) - px) < Math.abs(x(points[best]!.measured) - px) ? i : best,
      0,
    );
  return (
    <div ref={ref}>
      <ReadingSvg
        {...{ title: TITLE, width, height, at, setAt }}
        keys="go from run to run"
        last={points.length - 1}
        placeAt={nearest}
      >
        <AxisY ticks={ticks(6)} y={y} text={timeTickText} caption="simulated, logarithmic" right={right} />
        <AxisX
          ticks={ticks(width / 80)}
          x={x}
          y={bottom}
          text={timeTickText}
          label="measured, logarithmic"
          right={right}
        />
        <line x1={GUTTER.left} y1={bottom} x2={right} y2={GUTTER.top} stroke="var(--control)" />
        {points.map(({ run, measured, builtin, fitted }) => (
          <g key={run} stroke="var(--fleet-b)" strokeWidth="1.5">
            <line x1={x(measured)} x2={x(measured)} y1={y(builtin)} y2={y(fitted)} strokeOpacity="0.3" />
            <circle cx={x(measured)} cy={y(builtin)} r="4" fill="var(--paper)" />
            <circle cx={x(measured)} cy={y(fitted)} r="4" fill="var(--fleet-b)" />
          </g>
        ))}
        {read !== undefined && <ReadingLine x={x(read.measured)} bottom={bottom} />}
      </ReadingSvg>
    </div>
  );
}
