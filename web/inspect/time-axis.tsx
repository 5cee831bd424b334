/** Time since the start of the run, under a canvas: the same gutters as every chart, so that axes line up down the page. */
import { scaleLinear } from 'd3-scale';
import { GUTTER, useChartSize } from '../charts/chart-size.ts';
import type { TimeWindow } from './timeline-rows.ts';

export function TimeAxis({ window }: { readonly window: TimeWindow }) {
  const { ref, width } = useChartSize();
  const right = width - GUTTER.right;
  const x = scaleLinear([window.fromUs / 1e6, window.toUs / 1e6], [GUTTER.left, right]);
  const ticks = x.ticks(Math.max(2, Math.floor(width / 90)));
  const text = x.tickFormat(ticks.length);
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={24}
        viewBox={`0 0 ${width} 24`}
        role="img"
        aria-label="Time since the start, seconds"
      >
        {ticks.map((tick) => (
          <g key={tick} transform={`translate(${x(tick)},0)`}>
            <line y2="4" stroke="var(--control)" />
            <text y="18" textAnchor="middle">
              {text(tick)} s
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
