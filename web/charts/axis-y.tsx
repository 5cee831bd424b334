/** A vertical axis: hairlines across the plot, their texts in the left gutter, the caption above. */
import { GUTTER } from './chart-size.ts';

interface AxisYProps {
  readonly ticks: readonly number[];
  readonly y: (value: number) => number;
  readonly text: (value: number) => string;
  readonly caption: string;
  readonly right: number;
}

export function AxisY({ ticks, y, text, caption, right }: AxisYProps) {
  return (
    <g>
      <text x={GUTTER.left} y={GUTTER.top - 6}>
        {caption}
      </text>
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={GUTTER.left} x2={right} y1={y(tick)} y2={y(tick)} stroke="var(--rule)" />
          <text x={GUTTER.left - 8} y={y(tick) + 4} textAnchor="end">
            {text(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}
