/** The SLO across a plot with a vertical time axis: red, and named above the plot, where no curve crosses the words. */
import { timeTickText } from '../format.ts';
import { GUTTER } from './chart-size.ts';

interface LimitLineProps {
  readonly limitMs: number | null;
  readonly y: (ms: number) => number;
  readonly right: number;
}

export function LimitLine({ limitMs, y, right }: LimitLineProps) {
  if (limitMs === null) return null;
  return (
    <g>
      <line x1={GUTTER.left} x2={right} y1={y(limitMs)} y2={y(limitMs)} stroke="var(--fail)" />
      <text className="strong fail" x={right} y={GUTTER.top - 6} textAnchor="end">
        — SLO {timeTickText(limitMs)}
      </text>
    </g>
  );
}
