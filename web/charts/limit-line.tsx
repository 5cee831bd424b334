/**
 * The SLO across a plot with a vertical time axis: red, and named above the plot, where no curve crosses the words. What lies beyond it
 * is shaded where a mark is a whole fleet, which is in or out.
 */
import { timeTickText } from '../format.ts';
import { GUTTER } from './chart-size.ts';

interface LimitLineProps {
  readonly limitMs: number | null;
  readonly y: (ms: number) => number;
  readonly right: number;
  readonly isShaded?: boolean;
}

export function LimitLine({ limitMs, y, right, isShaded = false }: LimitLineProps) {
  if (limitMs === null) return null;
  return (
    <g>
      {isShaded && (
        <rect
          x={GUTTER.left}
          y={GUTTER.top}
          width={Math.max(0, right - GUTTER.left)}
          height={Math.max(0, y(limitMs) - GUTTER.top)}
          fill="var(--fail)"
          fillOpacity="0.06"
        />
      )}
      <line x1={GUTTER.left} x2={right} y1={y(limitMs)} y2={y(limitMs)} stroke="var(--fail)" />
      <text className="strong fail" x={right} y={GUTTER.top - 6} textAnchor="end">
        — SLO {timeTickText(limitMs)}
      </text>
    </g>
  );
}
