/**
 * Cost over the answered tokens of a day: a staircase per fleet, a straight line for an API. The first step was simulated and is
 * drawn strong; further steps are more fleets of the same kind side by side. One tab stop: arrow keys move a reading line.
 */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { useState } from 'react';
import { AxisX } from '../charts/axis-x.tsx';
import { AxisY } from '../charts/axis-y.tsx';
import { GUTTER } from '../charts/chart-size.ts';
import { READING_STEPS } from '../charts/reading-svg.tsx';
import { SteppedPlot } from '../charts/stepped-plot.tsx';
import { TwinTable } from '../charts/twin-table.tsx';
import { fleetColour, fleetDash } from '../components/fleet-mark.tsx';
import { amountText, dollarText } from '../format.ts';
import { type FleetCapacity, fleetsFor } from './cost-curve.ts';

interface CostChartProps {
  readonly capacities: readonly FleetCapacity[];
  /** Of an API; null where none is given. */
  readonly usdPerToken: number | null;
  readonly period: string;
  /** Days of the period. */
  readonly days: number;
}

/** Steps of the largest fleet that the axis holds. */
const STEPS_SHOWN = 3;
/** Rows of the table. */
const TWIN_ROWS = 24;

export function CostChart(props: CostChartProps) {
  const { capacities, usdPerToken, period, days } = props;
  const [reading, setReading] = useState<number | null>(null);
  const title = `Cost of a ${period} by demand`;
  const most = STEPS_SHOWN * (max(capacities, ({ tokensPerDay }) => tokensPerDay) ?? 1);
  const demand = reading === null ? null : (reading / READING_STEPS) * most;
  const costText = (fleet: FleetCapacity, tokens: number): string => {
    const { count, usdPerDay } = fleetsFor(fleet, tokens);
    return `${dollarText(usdPerDay * days)} (${count})`;
  };
  const apiText = (tokens: number): string =>
    usdPerToken === null ? '' : dollarText(usdPerToken * tokens * days);
  return (
    <section aria-label={title} className="chart">
      <Plot {...{ title, most, reading, setReading, capacities, usdPerToken, period, days }} />
      <p className="reading" aria-live="polite">
        {demand === null
          ? 'Strong: one fleet, as simulated. Thin: more of the same side by side.'
          : `At ${amountText(demand)} tokens a day: ${capacities.map((fleet) => `${fleet.letter} ${costText(fleet, demand)}`).join(', ')}${usdPerToken === null ? '' : `, API ${apiText(demand)}`}`}
      </p>
      <TwinTable
        about={{ kind: 'demand', data: { capacities, usdPerToken } }}
        title={title}
        heads={[
          'Answered tokens a day',
          ...capacities.map(({ letter, name }) => `${letter} ${name} (fleets)`),
          ...(usdPerToken === null ? [] : ['API']),
        ]}
        rows={() =>
          Array.from({ length: TWIN_ROWS }, (_, i) => {
            const tokens = ((i + 1) / TWIN_ROWS) * most;
            return [
              amountText(tokens),
              ...capacities.map((fleet) => costText(fleet, tokens)),
              ...(usdPerToken === null ? [] : [apiText(tokens)]),
            ];
          })
        }
      />
    </section>
  );
}

interface PlotProps extends CostChartProps {
  readonly title: string;
  readonly most: number;
  readonly reading: number | null;
  readonly setReading: (reading: number | null) => void;
}

function Plot(props: PlotProps) {
  const { title, most, reading, setReading, capacities, usdPerToken, period, days } = props;
  const dearest = max(capacities, (fleet) => fleetsFor(fleet, most).usdPerDay) ?? 1;
  return (
    <SteppedPlot {...{ title, reading, setReading }}>
      {({ width, right, bottom }) => {
        const x = scaleLinear([0, most], [GUTTER.left, right]);
        const y = scaleLinear([0, dearest * days * 1.1], [bottom, GUTTER.top]);
        return (
          <>
            <AxisY ticks={y.ticks(5)} y={y} text={dollarText} caption={`USD a ${period}`} right={right} />
            <AxisX
              ticks={x.ticks(Math.max(2, Math.floor(width / 110)))}
              x={x}
              y={bottom}
              text={amountText}
              label="answered tokens a day"
              right={right}
            />
            {capacities.map((fleet) => (
              <Fleet key={fleet.letter} {...{ fleet, most, x }} y={(usd) => y(usd * days)} />
            ))}
            {usdPerToken !== null && <ApiLine {...{ most, x, y, bottom, usdPerToken, days, dearest }} />}
          </>
        );
      }}
    </SteppedPlot>
  );
}

interface FleetProps {
  readonly fleet: FleetCapacity;
  readonly most: number;
  readonly x: (tokens: number) => number;
  /** Of USD a day. */
  readonly y: (usd: number) => number;
}

/** Its letter stands over the first step, at places of their own. */
function Fleet({ fleet, most, x, y }: FleetProps) {
  const index = fleet.letter.charCodeAt(0) - 65;
  return (
    <g data-fleet={fleet.letter} style={{ color: fleetColour(index) }}>
      <Stairs {...{ fleet, most, x, y }} dash={fleetDash(index)} />
      <text
        className="strong halo mark"
        x={x(fleet.tokensPerDay * (0.35 + 0.15 * (index % 4)))}
        y={y(fleet.usdPerDay) - 6}
      >
        {fleet.letter}
      </text>
    </g>
  );
}

function Stairs({
  fleet: { tokensPerDay, usdPerDay },
  most,
  x,
  y,
  dash,
}: FleetProps & { readonly dash: string }) {
  const steps = Math.ceil(most / tokensPerDay - 1e-9);
  const end = (n: number): number => x(Math.min(n * tokensPerDay, most));
  const further = Array.from(
    { length: steps - 1 },
    (_, i) => `V${y((i + 2) * usdPerDay).toFixed(1)}H${end(i + 2).toFixed(1)}`,
  );
  return (
    <g fill="none" stroke="currentColor">
      <path d={`M${x(0)},${y(usdPerDay)}H${end(1)}`} strokeWidth="3" />
      {further.length > 0 && (
        <path d={`M${end(1)},${y(usdPerDay)}${further.join('')}`} strokeWidth="1.5" strokeDasharray={dash} />
      )}
    </g>
  );
}

interface ApiLineProps {
  readonly most: number;
  readonly x: (tokens: number) => number;
  readonly y: (usd: number) => number;
  readonly bottom: number;
  readonly usdPerToken: number;
  readonly days: number;
  /** USD a day at which the axis ends, nearly. */
  readonly dearest: number;
}

/** Up to where it leaves the plot. */
function ApiLine({ most, x, y, bottom, usdPerToken, days, dearest }: ApiLineProps) {
  const last = Math.min(most, (dearest * 1.1) / usdPerToken);
  const [px, py] = [x(last), y(last * usdPerToken * days)];
  return (
    <g>
      <line x1={x(0)} y1={bottom} x2={px} y2={py} stroke="var(--ink)" strokeDasharray="6 4" />
      <text className="strong halo" x={px - 8} y={py + 16} textAnchor="end">
        API
      </text>
    </g>
  );
}
