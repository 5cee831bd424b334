/** How far each input carries a figure: its value at both ends of the input's usual error, the widest first. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { checkLabel } from '../../sim/compare/decision.ts';
import { findFigure } from '../../sim/metrics/figures.ts';
import type { PairedDifference, TornadoBar, WhyReport } from '../../sim/why/report.ts';
import { AxisX } from '../charts/axis-x.tsx';
import { useChartSize } from '../charts/chart-size.ts';
import { TwinTable } from '../charts/twin-table.tsx';
import { differenceText, figureText, UNKNOWN } from '../format.ts';

const ROW = 28;
const LEFT = 168;
const RIGHT = 24;

type Drawn = TornadoBar & {
  readonly low: { readonly value: number };
  readonly high: { readonly value: number };
};

export function Tornado({ report }: { readonly report: WhyReport }) {
  const { ref, width } = useChartSize();
  const unit = findFigure(report.metric)?.unit ?? 'ms';
  const { fleets, tornadoOf } = report;
  const base = fleets.find(({ fleet }) => fleet === tornadoOf)?.figures[report.metric] ?? null;
  const bars = report.tornado.filter(
    (bar): bar is Drawn => bar.low.value !== null && bar.high.value !== null,
  );
  if (base === null || bars.length === 0) return null;
  const values = bars.flatMap(({ low, high }) => [low.value, high.value, base]);
  const [least = base, most = base] = extent(values);
  const margin = Math.max((most - least) * 0.08, Math.abs(base) * 0.02);
  const x = scaleLinear([least - margin, most + margin], [LEFT, width - RIGHT]);
  const height = bars.length * ROW + 40;
  const of = fleets.length > 1 ? ` of ${tornadoOf}` : '';
  const title = `How far each input carries ${checkLabel(report.metric)}${of}`;
  const errorText = (bar: TornadoBar): string => `±${figureText(bar.error, 'share', 2)}`;
  return (
    <section aria-label={title} className="chart">
      <h3>{title}</h3>
      <div ref={ref}>
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`${title}; the table below has its figures`}
        >
          {bars.map((bar, row) => {
            const y = row * ROW + 6;
            return (
              <g key={bar.input}>
                <text x={LEFT - 12} y={y + 13} textAnchor="end">
                  {bar.label} {errorText(bar)}
                </text>
                <End from={x(base)} to={x(bar.low.value)} y={y} isHigh={false} />
                <End from={x(base)} to={x(bar.high.value)} y={y} isHigh />
              </g>
            );
          })}
          <line x1={x(base)} x2={x(base)} y1={0} y2={bars.length * ROW} stroke="var(--ink)" />
          <AxisX
            ticks={x.ticks(Math.max(2, Math.floor(width / 140)))}
            x={x}
            y={bars.length * ROW}
            text={(value) => figureText(value, unit)}
            label=""
            right={width - RIGHT}
          />
        </svg>
      </div>
      <p className="reading">
        Hollow: the input at its lower end. Filled: at its upper end. The line is the run as it is.
      </p>
      <TwinTable
        title={title}
        heads={['Input', 'Error', 'At its lower end', 'At its upper end']}
        rows={bars.map((bar) => [
          bar.label,
          errorText(bar),
          changeText(bar.low, unit),
          changeText(bar.high, unit),
        ])}
      />
    </section>
  );
}

interface EndProps {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly isHigh: boolean;
}

function End({ from, to, y, isHigh }: EndProps) {
  return (
    <rect
      x={Math.min(from, to)}
      y={isHigh ? y : y + 8}
      width={Math.max(1, Math.abs(to - from))}
      height="8"
      fill={isHigh ? 'var(--fleet-b)' : 'var(--paper)'}
      stroke="var(--fleet-b)"
    />
  );
}

function changeText(
  { value, difference, interval }: PairedDifference,
  unit: NonNullable<ReturnType<typeof findFigure>>['unit'],
): string {
  if (value === null || difference === null) return UNKNOWN;
  return difference === 0 ? 'no change' : differenceText(difference, unit, interval);
}
