/**
 * Cost over the tokens of a day: a fleet is bought whole, so its cost is a staircase, one step for each further fleet of the
 * same kind; what an API charges is a straight line. A fleet carries what it was simulated to carry within the SLO.
 */

/** One fleet as it was simulated. */
export interface FleetCapacity {
  readonly letter: string;
  readonly name: string;
  /** Output tokens per day at its SLO knee. */
  readonly tokensPerDay: number;
  readonly usdPerDay: number;
}

/** What an API charges. */
export interface ApiPrice {
  readonly usdPer1MInput: number;
  readonly usdPer1MOutput: number;
}

/** Whole fleets for a demand, and what they cost. */
export function fleetsFor(
  { tokensPerDay, usdPerDay }: FleetCapacity,
  demand: number,
): {
  readonly count: number;
  readonly usdPerDay: number;
} {
  const count = Math.max(1, Math.ceil(demand / tokensPerDay));
  return { count, usdPerDay: count * usdPerDay };
}

/** USD for each output token of an API, the prompts that come with it included. */
export function apiUsdPerToken({ usdPer1MInput, usdPer1MOutput }: ApiPrice, inputPerOutput: number): number {
  return (usdPer1MOutput + usdPer1MInput * inputPerOutput) / 1e6;
}

/** Where owning fleets becomes cheaper than an API. */
export interface Crossover {
  /** Output tokens per day from which one fleet is cheaper, as long as one is enough. */
  readonly first: number;
  /** From which fleets are cheaper at any demand. */
  readonly forGood: number;
  /** Fleets side by side at `forGood`. */
  readonly fleets: number;
}

/** Null where the API is cheaper at any demand: even a full fleet costs more per token. */
export function crossover(
  { tokensPerDay: most, usdPerDay }: FleetCapacity,
  usdPerToken: number,
): Crossover | null {
  // Tokens that cost as much at the API as one fleet does.
  const first = usdPerDay / usdPerToken;
  if (!(first < most)) return null;
  // n fleets are cheaper above n * first. From this n on, that is so from the beginning of the step, (n - 1) * most.
  const whole = Math.ceil(most / (most - first) - 1e-9);
  const fleets = Math.max(1, whole - 1);
  return { first, forGood: fleets * first, fleets };
}
