/** A horizontal axis: ticks and their texts, drawn by React from what a d3 scale says. */

interface AxisXProps {
  readonly ticks: readonly number[];
  readonly x: (value: number) => number;
  readonly y: number;
  readonly text: (value: number) => string;
  readonly label: string;
  readonly right: number;
}

export function AxisX({ ticks, x, y, text, label, right }: AxisXProps) {
  return (
    <g>
      {ticks.map((tick) => (
        <g key={tick} transform={`translate(${x(tick)},${y})`}>
          <line y2="4" stroke="var(--control)" />
          <text y="18" textAnchor="middle">
            {text(tick)}
          </text>
        </g>
      ))}
      <text x={right} y={y + 36} textAnchor="end">
        {label}
      </text>
    </g>
  );
}
