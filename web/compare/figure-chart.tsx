/** The chosen figure of every fleet as a mark with its interval, on one axis from zero: what has no distribution of its own. */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import { type Figure, figureValue } from '../../sim/metrics/figures.ts';
import { AxisX } from '../charts/axis-x.tsx';
import { GUTTER, useChartSize } from '../charts/chart-size.ts';
import { TwinTable } from '../charts/twin-table.tsx';
import { fleetColour } from '../components/fleet-mark.tsx';
import { figureText, intervalText } from '../format.ts';
import { figureName } from './comparison-table.tsx';

interface FigureChartProps {
  readonly figure: Figure;
  readonly fleets: readonly FleetOutcome[];
}

const ROW = 36;

export function FigureChart({ figure, fleets }: FigureChartProps) {
  const { ref, width } = useChartSize();
  const title = `${figureName(figure)} by fleet`;
  const bottom = GUTTER.top + fleets.length * ROW;
  // The last tick's words stand half behind the plot.
  const right = width - GUTTER.right - 20;
  const most = max(
    fleets,
    ({ report }) => report.intervals[figure.path]?.high ?? figureValue(report, figure.path) ?? 0,
  );
  const x = scaleLinear([0, (most ?? 1) || 1], [GUTTER.left, right]).nice(5);
  const textOf = ({ report }: FleetOutcome): string =>
    intervalText(figureValue(report, figure.path), figure.unit, report.intervals[figure.path], figure.digits);
  return (
    <section aria-label={title} className="chart large">
      <h2>{title}</h2>
      <div ref={ref}>
        <svg
          width={width}
          height={bottom + GUTTER.bottom}
          viewBox={`0 0 ${width} ${bottom + GUTTER.bottom}`}
          role="img"
          aria-label={`${title}: ${fleets.map((fleet) => `${fleet.letter} ${textOf(fleet)}`).join(', ')}`}
        >
          <AxisX
            ticks={x.ticks(Math.max(2, Math.floor(width / 110)))}
            x={x}
            y={bottom}
            text={(value) => figureText(value, figure.unit)}
            label={figureName(figure)}
            right={right}
          />
          {fleets.map((fleet, index) => {
            const value = figureValue(fleet.report, figure.path);
            const interval = fleet.report.intervals[figure.path];
            const y = GUTTER.top + index * ROW + ROW / 2;
            const atEnd = value !== null && x(value) > right - 140;
            return (
              <g key={fleet.letter} data-fleet={fleet.letter} style={{ color: fleetColour(index) }}>
                <text className="strong mark" x={GUTTER.left - 12} y={y + 4} textAnchor="end">
                  {fleet.letter}
                </text>
                {value !== null && (
                  <>
                    <line x1={x(0)} x2={x(value)} y1={y} y2={y} stroke="var(--rule)" />
                    {interval !== undefined && (
                      <line
                        x1={x(Math.max(0, interval.low))}
                        x2={x(interval.high)}
                        y1={y}
                        y2={y}
                        stroke="currentColor"
                        strokeWidth="6"
                        strokeOpacity="0.3"
                      />
                    )}
                    <circle cx={x(value)} cy={y} r="5" fill="currentColor" />
                  </>
                )}
                <text
                  className="strong halo"
                  x={value === null ? GUTTER.left : x(value) + (atEnd ? -12 : 12)}
                  y={y - 8}
                  textAnchor={atEnd ? 'end' : 'start'}
                >
                  {textOf(fleet)}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
      <p className="reading">Mean over seeds, with its 95 % interval as a bar.</p>
      <TwinTable
        about={{ kind: 'figure', data: { figure, fleets } }}
        title={title}
        heads={['Fleet', figureName(figure)]}
        rows={fleets.map((fleet) => [`${fleet.letter} ${fleet.name}`, textOf(fleet)])}
      />
    </section>
  );
}
