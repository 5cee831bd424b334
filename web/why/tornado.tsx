/**
 * How far each input carries a figure: its value at both ends of the input's usual error, or a step to either side of a setting,
 * the widest first. Diamonds stand at the figure's value where another fleet would be taken.
 */
import { extent } from 'd3-array';
import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { checkLabel } from '../../sim/compare/decision.ts';
import { type FigureUnit, findFigure } from '../../sim/metrics/figures.ts';
import type { PairedDifference, TornadoBar, WhyReport } from '../../sim/why/report.ts';
import { AxisX } from '../charts/axis-x.tsx';
import { useChartSize } from '../charts/chart-size.ts';
import { TwinTable } from '../charts/twin-table.tsx';
import { differenceText, figureText, UNKNOWN } from '../format.ts';
import { type BarFlip, flipsOf } from './tornado-flips.ts';

const ROW = 28;
const LEFT = 224;
const RIGHT = 24;
/** Most of a narrow chart that labels take. */
const MOST_LEFT = 0.42;
const BAR = 16;

export function Tornado({ report }: { readonly report: WhyReport }) {
  const { ref, width } = useChartSize();
  const unit = findFigure(report.metric)?.unit ?? 'ms';
  const { fleets, tornadoOf } = report;
  const base = fleets.find(({ fleet }) => fleet === tornadoOf)?.figures[report.metric] ?? null;
  const bars = report.tornado.filter(({ low, high }) => low.value !== null || high.value !== null);
  if (base === null || bars.length === 0) return null;
  const left = Math.min(LEFT, width * MOST_LEFT);
  const right = width - RIGHT;
  const values = bars.flatMap(({ low, high }) => [low.value ?? base, high.value ?? base, base]);
  const [least = base, most = base] = extent(values);
  const margin = Math.max((most - least) * 0.08, Math.abs(base) * 0.02);
  const x = scaleLinear([least - margin, most + margin], [left, right]);
  const height = bars.length * ROW + 40;
  const of = fleets.length > 1 ? ` of ${tornadoOf}` : '';
  const title = `How far each input carries ${checkLabel(report.metric)}${of}`;
  const hasFlips = bars.some((bar) => flipsOf(report, bar).length > 0);
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
          {bars.map((bar, row) => (
            <Row
              key={bar.input}
              {...{ bar, x, base, left, right }}
              y={row * ROW + 6}
              flips={flipsOf(report, bar)}
            />
          ))}
          <line x1={x(base)} x2={x(base)} y1={0} y2={bars.length * ROW} stroke="var(--ink)" />
          <AxisX
            ticks={x.ticks(Math.max(2, Math.floor(width / 140)))}
            x={x}
            y={bars.length * ROW}
            text={(value) => figureText(value, unit)}
            label=""
            right={right}
          />
        </svg>
      </div>
      <p className="reading">
        Hollow: the input at its lower end. Filled: at its upper end. The line is the run as it is.
        {hasFlips && ' Diamonds: where another decision is taken; at the edge, beyond what is drawn.'}
      </p>
      <TwinTable
        about={{ kind: 'tornado', data: report }}
        title={title}
        heads={['Input', 'Error or steps', 'At its lower end', 'At its upper end', 'Other decision']}
        rows={bars.map((bar) => [
          bar.label,
          errorText(bar),
          changeText(bar.low, unit),
          changeText(bar.high, unit),
          flipsOf(report, bar)
            .map(({ words }) => words)
            .join('; ') || 'none found',
        ])}
      />
    </section>
  );
}

interface RowProps {
  readonly bar: TornadoBar;
  readonly x: ScaleLinear<number, number>;
  readonly y: number;
  readonly base: number;
  readonly left: number;
  readonly right: number;
  readonly flips: readonly BarFlip[];
}

function Row({ bar, x, y, base, left, right, flips }: RowProps) {
  const label = `${bar.label}${bar.steps === undefined ? ' ' : ', '}${errorText(bar)}`;
  return (
    <g>
      <text x={left - 12} y={y + 13} textAnchor="end">
        {shortened(label, left - 12)}
        <title>{label}</title>
      </text>
      {bar.low.value !== null && <End from={x(base)} to={x(bar.low.value)} y={y} isHigh={false} />}
      {bar.high.value !== null && <End from={x(base)} to={x(bar.high.value)} y={y} isHigh />}
      {flips.map(({ metric, words }) => (
        <Diamond key={words} x={Math.min(right, Math.max(left, x(metric)))} y={y + BAR / 2} words={words} />
      ))}
    </g>
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
      y={isHigh ? y : y + BAR / 2}
      width={Math.max(1, Math.abs(to - from))}
      height={BAR / 2}
      fill={isHigh ? 'var(--fleet-b)' : 'var(--paper)'}
      stroke="var(--fleet-b)"
    />
  );
}

function Diamond({ x, y, words }: { readonly x: number; readonly y: number; readonly words: string }) {
  return (
    <path
      className="flip-diamond"
      d={`M${x},${y - 6}l6,6l-6,6l-6,-6z`}
      fill="var(--ink)"
      stroke="var(--paper)"
      strokeWidth="1.5"
    >
      <title>{words}</title>
    </path>
  );
}

/** `±20 %`, or the steps of a setting: `4 ← 8 → 16`. */
function errorText({ error, steps }: TornadoBar): string {
  if (steps === undefined) return `±${figureText(error, 'share', 2)}`;
  const number = (value: number): string => figureText(value, 'count', 3);
  const low = steps.low === null ? '' : `${number(steps.low)} ← `;
  const high = steps.high === null ? '' : ` → ${number(steps.high)}`;
  return `${low}${number(steps.now)}${high}`;
}

function shortened(label: string, width: number): string {
  const most = Math.max(8, Math.floor(width / 6));
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
}

function changeText({ value, difference, interval }: PairedDifference, unit: FigureUnit): string {
  if (value === null || difference === null) return UNKNOWN;
  return difference === 0 ? 'no change' : differenceText(difference, unit, interval);
}
