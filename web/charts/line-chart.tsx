/** Shares over time, one line each, straight steps between moments. Decimated to a value per pixel by its mean. */
import { scaleLinear } from 'd3-scale';
import { percentText } from '../format.ts';
import { AxisX } from './axis-x.tsx';
import { GUTTER, useChartSize } from './chart-size.ts';
import { TwinTable } from './twin-table.tsx';

export interface ShareLine {
  readonly name: string;
  readonly colour: string;
  readonly dash: string;
  /** 0..1 by moment; NaN where there is nothing to be a share of. */
  readonly values: ArrayLike<number>;
}

interface LineChartProps {
  readonly title: string;
  readonly note: string;
  readonly about: 'cache' | 'links';
  /** Ends of the moments, seconds. */
  readonly atS: readonly number[];
  readonly fromS: number;
  readonly toS: number;
  readonly lines: readonly ShareLine[];
}

const HEIGHT = 160;

export function LineChart({ title, note, about, atS, fromS, toS, lines }: LineChartProps) {
  const { ref, width } = useChartSize();
  const right = width - GUTTER.right;
  const bottom = HEIGHT - GUTTER.bottom;
  const x = scaleLinear([fromS, toS], [GUTTER.left, right]);
  const y = scaleLinear([0, 1], [bottom, GUTTER.top]);
  const ticks = x.ticks(Math.max(2, Math.floor(width / 90)));
  return (
    <section aria-label={title} className="chart">
      <h2>{title}</h2>
      <ul className="legend">
        {lines.map(({ name, colour, dash }) => (
          <li key={name}>
            <svg width="22" height="4" aria-hidden="true">
              <line x1="0" y1="2" x2="22" y2="2" stroke={colour} strokeWidth="2" strokeDasharray={dash} />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <div ref={ref}>
        <svg
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          role="img"
          aria-label={`${title}; the table below has its figures`}
        >
          {[0, 0.5, 1].map((share) => (
            <g key={share}>
              <line x1={GUTTER.left} x2={right} y1={y(share)} y2={y(share)} stroke="var(--rule)" />
              <text x={GUTTER.left - 8} y={y(share) + 4} textAnchor="end">
                {percentText(share)}
              </text>
            </g>
          ))}
          <AxisX ticks={ticks} x={x} y={bottom} text={(s) => `${s}\u00a0s`} label="" right={right} />
          {lines.map(({ name, colour, dash, values }) => (
            <path
              key={name}
              d={pathOf(atS, values, fromS, toS, Math.round(right - GUTTER.left), x, y)}
              fill="none"
              stroke={colour}
              strokeWidth="1.5"
              strokeDasharray={dash}
            />
          ))}
        </svg>
      </div>
      <p className="reading">{note}</p>
      <TwinTable
        about={{ kind: about, data: { lines, atS } }}
        title={title}
        heads={['Until', ...lines.map(({ name }) => name)]}
        rows={() =>
          atS.map((s, i) => [
            `${s.toFixed(2)} s`,
            ...lines.map(({ values }) => (Number.isNaN(values[i]!) ? '\u2014' : percentText(values[i]!))),
          ])
        }
      />
    </section>
  );
}

function pathOf(
  atS: readonly number[],
  values: ArrayLike<number>,
  fromS: number,
  toS: number,
  columns: number,
  x: (s: number) => number,
  y: (share: number) => number,
): string {
  const sums = new Float64Array(columns);
  const counts = new Uint32Array(columns);
  for (const [i, s] of atS.entries()) {
    if (s < fromS || s > toS || Number.isNaN(values[i]!)) continue;
    const column = Math.min(columns - 1, Math.floor(((s - fromS) / (toS - fromS)) * columns));
    sums[column]! += values[i]!;
    counts[column]! += 1;
  }
  let path = '';
  for (let column = 0; column < columns; column += 1) {
    if (counts[column] === 0) continue;
    const s = fromS + ((column + 0.5) / columns) * (toS - fromS);
    path += `${path === '' ? 'M' : 'L'}${x(s).toFixed(1)},${y(sums[column]! / counts[column]!).toFixed(1)}`;
  }
  return path;
}
