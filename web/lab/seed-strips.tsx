/** Every seed's own figure: a row per policy, a mark per seed, a line through the marks of the same seed. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { LabReport } from '../../sim/lab/lab-report.ts';
import { AxisX } from '../charts/axis-x.tsx';
import { useChartSize } from '../charts/chart-size.ts';
import { TwinTable } from '../charts/twin-table.tsx';
import { figureText } from '../format.ts';
import { loadText, metricLabel } from './lab-words.ts';

interface SeedStripsProps {
  readonly report: LabReport;
  readonly metric: string;
  readonly place: { readonly workload: string; readonly load: string };
}

const ROW = 28;
const TOP = 8;
const LEFT = 132;
const RIGHT = 20;

export function SeedStrips({ report, metric, place }: SeedStripsProps) {
  const { ref, width } = useChartSize();
  const figures = report.cells.filter(
    (one) => one.metric === metric && one.workload === place.workload && one.load === place.load,
  );
  const unit = figures[0]?.unit ?? 'count';
  const values = figures.flatMap((one) => one.values.filter((value) => value !== null));
  const [low = 0, high = 1] = extent(values);
  const margin = Math.max((high - low) * 0.05, Math.abs(high) * 0.01, 1e-9);
  const x = scaleLinear([low - margin, high + margin], [LEFT, width - RIGHT]);
  const y = (row: number): number => TOP + row * ROW + ROW / 2;
  const height = TOP + figures.length * ROW + 40;
  const title = `${metricLabel(metric)}, seed by seed`;
  return (
    <section aria-label={`${title}, ${place.workload} at ${loadText(place.load)}`} className="chart">
      <h3>{title}</h3>
      <div ref={ref}>
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`${title}; the table below has its figures`}
        >
          {report.seeds.map((seed, s) => {
            const points = figures.flatMap((one, row) => {
              const value = one.values[s];
              return value === null || value === undefined ? [] : [`${x(value)},${y(row)}`];
            });
            return (
              <polyline
                key={seed}
                points={points.join(' ')}
                fill="none"
                stroke="var(--control)"
                strokeOpacity="0.5"
              />
            );
          })}
          {figures.map((one, row) => (
            <g key={one.policy}>
              <text x={LEFT - 12} y={y(row) + 4} textAnchor="end">
                {one.policy.length > 18 ? `${one.policy.slice(0, 17)}…` : one.policy}
              </text>
              {one.values.map(
                (value, s) =>
                  value !== null && (
                    <circle
                      key={report.seeds[s]}
                      cx={x(value)}
                      cy={y(row)}
                      r="4"
                      fill="var(--paper)"
                      stroke="var(--ink)"
                    />
                  ),
              )}
              {one.mean !== null && (
                <line
                  x1={x(one.mean)}
                  x2={x(one.mean)}
                  y1={y(row) - 9}
                  y2={y(row) + 9}
                  stroke="var(--fleet-b)"
                  strokeWidth="2"
                />
              )}
            </g>
          ))}
          <AxisX
            ticks={x.ticks(Math.max(2, Math.floor(width / 140)))}
            x={x}
            y={TOP + figures.length * ROW}
            text={(value) => figureText(value, unit)}
            label=""
            right={width - RIGHT}
          />
        </svg>
      </div>
      <TwinTable
        about={{ kind: 'seeds', data: figures }}
        title={title}
        heads={['Policy', ...report.seeds.map((seed) => `seed ${seed}`), 'Mean']}
        rows={figures.map((one) => [
          one.policy,
          ...one.values.map((value) => figureText(value, unit)),
          figureText(one.mean, unit),
        ])}
      />
    </section>
  );
}
