/** What serving costs over the tokens of a day: whole fleets as staircases, and an API's price as a line where one is given. */
import { useState } from 'react';
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import type { FleetLoads } from '../../sim/worker/load-worker.ts';
import { InlineNumber } from '../components/inline-fields.tsx';
import { amountText, countText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import { CostChart } from './cost-chart.tsx';
import { apiUsdPerToken, type Crossover, crossover, type FleetCapacity } from './cost-curve.ts';
import { kneeOf } from './load-points.ts';

interface CostSectionProps {
  readonly fleets: readonly FleetOutcome[];
  readonly loads: readonly FleetLoads[];
}

/** Days of the periods that are offered. */
const PERIODS = { day: 1, month: 30 } as const;
export type Period = keyof typeof PERIODS;

const SECONDS_PER_DAY = 86_400;

export function CostSection({ fleets, loads }: CostSectionProps) {
  const [period, setPeriod] = useState<Period>('day');
  const api = useView((state) => state.apiPrice);
  const capacities = fleets.flatMap((fleet) => capacityOf(fleet, loads));
  if (capacities.length === 0) return null;
  const inputPerOutput = inputPerOutputOf(fleets);
  const usdPerToken = api === null ? null : apiUsdPerToken(api, inputPerOutput);
  const left = fleets.filter(({ letter }) => !capacities.some((one) => one.letter === letter));
  return (
    <section aria-labelledby="cost-of-a-day" className="cost-of-a-day">
      <h3 id="cost-of-a-day">What it costs over a {period}</h3>
      <ApiFields />
      <label className="inline-field">
        Cost of a
        <select value={period} onChange={(event) => setPeriod(event.target.value as Period)}>
          <option value="day">day</option>
          <option value="month">month of 30 days</option>
        </select>
      </label>
      {usdPerToken !== null && (
        <ul className="crossovers">
          {capacities.map((fleet) => (
            <li key={fleet.letter}>
              {fleet.letter} {fleet.name}: {crossoverText(crossover(fleet, usdPerToken))}
            </li>
          ))}
        </ul>
      )}
      <CostChart {...{ capacities, usdPerToken, period }} days={PERIODS[period]} />
      {left.length > 0 && (
        <p className="quiet-text">
          {left.map(({ letter }) => letter).join(', ')}: not shown, as no load was found within the SLO or the
          price is not known
        </p>
      )}
    </section>
  );
}

/** The price of an API is the reader's: none is made up. */
function ApiFields() {
  const api = useView((state) => state.apiPrice);
  const set = (usdPer1MInput: number | null, usdPer1MOutput: number | null): void =>
    useView.setState({
      apiPrice:
        usdPer1MInput === null && usdPer1MOutput === null
          ? null
          : { usdPer1MInput: usdPer1MInput ?? 0, usdPer1MOutput: usdPer1MOutput ?? 0 },
    });
  return (
    <p className="sentence-line">
      Against an API that charges ${' '}
      <InlineNumber
        label="API price, dollars per 1M prompt tokens"
        value={api?.usdPer1MInput ?? null}
        min={0}
        max={10_000}
        step={0.05}
        isOptional
        onChange={(next) => set(next, api?.usdPer1MOutput ?? null)}
      />{' '}
      per 1M prompt tokens and ${' '}
      <InlineNumber
        label="API price, dollars per 1M answered tokens"
        value={api?.usdPer1MOutput ?? null}
        min={0}
        max={10_000}
        step={0.05}
        isOptional
        onChange={(next) => set(api?.usdPer1MInput ?? null, next)}
      />{' '}
      per 1M answered
    </p>
  );
}

/** What a fleet carries at its knee; none without a knee or a price. */
function capacityOf({ letter, name, report }: FleetOutcome, loads: readonly FleetLoads[]): FleetCapacity[] {
  const own = loads.find(({ fleet }) => fleet === name);
  const knee = own === undefined ? null : kneeOf(own);
  const { requestsPerS, outputTokensPerS } = report.throughput;
  const { perHour } = report.cost;
  if (knee === null || knee.rps <= 0 || perHour === null || requestsPerS <= 0) return [];
  const tokensPerDay = knee.rps * (outputTokensPerS / requestsPerS) * SECONDS_PER_DAY;
  return [{ letter, name, tokensPerDay, usdPerDay: perHour * 24 }];
}

/** Prompt tokens for each answered one; the fleets saw the same requests. */
function inputPerOutputOf(fleets: readonly FleetOutcome[]): number {
  const { inputTokensPerS, outputTokensPerS } = fleets[0]!.report.throughput;
  return inputTokensPerS / Math.max(outputTokensPerS, Number.MIN_VALUE);
}

function crossoverText(found: Crossover | null): string {
  if (found === null) return 'the API is cheaper at any demand, also against a full fleet';
  const { first, forGood, fleets } = found;
  const from = `cheaper than the API from ${amountText(first)} answered tokens a day`;
  if (fleets === 1) return `${from} on, which one simulated fleet carries`;
  return `${from} as long as one fleet is enough; for good only from ${amountText(forGood)} on ${countText(fleets)} fleets side by side, which was not simulated`;
}
