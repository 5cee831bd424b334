/**
 * How far predictions are off over all measured cases: for each figure the share of its points that are within an error. One tab
 * stop: arrow keys move a reading line.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import { useState } from 'react';
import { AxisX } from '../charts/axis-x.tsx';
import { AxisY } from '../charts/axis-y.tsx';
import { GUTTER, useChartSize } from '../charts/chart-size.ts';
import { READING_STEPS, ReadingLine, ReadingSvg, stepAt, stepPx } from '../charts/reading-svg.tsx';
import { TwinTable } from '../charts/twin-table.tsx';
import { fleetColour, fleetDash } from '../components/fleet-mark.tsx';
import { percentText } from '../format.ts';

export interface ErrorCurve {
  readonly name: string;
  /** Absolute error in percent at equally spaced shares of the points, the last one at all of them. */
  readonly quantiles: readonly number[];
}

const TITLE = 'How far predictions are off';
/** Percent. */
const DOMAIN: [number, number] = [0.5, 200];
const TICKS = [1, 2, 5, 10, 20, 50, 100];
const SHARES = [0, 0.25, 0.5, 0.75, 1];

export function ErrorCurves({ curves }: { readonly curves: readonly ErrorCurve[] }) {
  const { ref, width, height } = useChartSize();
  const [at, setAt] = useState<number | null>(null);
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  const x = scaleLog(DOMAIN, [GUTTER.left, right]).clamp(true);
  const y = scaleLinear([0, 1], [bottom, GUTTER.top]);
  const limit = at === null ? null : x.invert(stepPx(at, right));
  return (
    <section aria-label={TITLE} className="chart measured">
      <h3>{TITLE}</h3>
      <ul className="legend">
        {curves.map(({ name }, index) => (
          <li key={name}>
            <svg width="22" height="4" aria-hidden="true">
              <line x1="0" y1="2" x2="22" y2="2" {...lookOf(index)} />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <div ref={ref}>
        <ReadingSvg
          {...{ title: TITLE, width, height, at, setAt }}
          keys="move the reading line"
          last={READING_STEPS}
          placeAt={(px) => stepAt(px, right)}
        >
          <AxisY ticks={SHARES} y={y} text={percentText} caption="share of measured values" right={right} />
          <AxisX
            ticks={TICKS}
            x={x}
            y={bottom}
            text={(tick) => `${tick}\u00a0%`}
            label="absolute error, logarithmic"
            right={right}
          />
          {curves.map(({ name, quantiles }, index) => (
            <path
              key={name}
              d={`M${quantiles.map((error, i) => `${x(error).toFixed(1)},${y((i + 1) / quantiles.length).toFixed(1)}`).join('L')}`}
              fill="none"
              {...lookOf(index)}
            />
          ))}
          {at !== null && <ReadingLine x={stepPx(at, right)} bottom={bottom} />}
        </ReadingSvg>
      </div>
      <p className="reading" aria-live="polite">
        {limit === null
          ? 'Of cases that are fully specified (tier 1) and of those with something unknown (tier 2).'
          : `Within ${Number(limit.toPrecision(2))}\u00a0%: ${curves.map(({ name, quantiles }) => `${name} ${percentText(shareWithin(quantiles, limit))}`).join(', ')}`}
      </p>
      <TwinTable
        about={{ kind: 'errors', data: curves }}
        title={TITLE}
        heads={['Share of values', ...curves.map(({ name }) => name)]}
        rows={(curves[0]?.quantiles ?? []).map((_, i, all) => [
          percentText((i + 1) / all.length),
          ...curves.map(({ quantiles }) => `${quantiles[i]}\u00a0%`),
        ])}
      />
    </section>
  );
}

function lookOf(index: number) {
  return { stroke: fleetColour(index), strokeWidth: 2, strokeDasharray: fleetDash(index) };
}

function shareWithin(quantiles: readonly number[], limit: number): number {
  return quantiles.filter((error) => error <= limit).length / quantiles.length;
}
