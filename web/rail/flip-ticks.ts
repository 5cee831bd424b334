/**
 * Where the decision changes along the rail's sliders, out of the last answer to "what would change the decision". A tick
 * stands as long as everything but its own slider is as it was when that was computed: beyond that it would be a guess.
 */
import { fixed } from '../../sim/metrics/format-figure.ts';
import type { WhyReport } from '../../sim/why/report.ts';
import type { FlipBasis } from '../state/flip-store.ts';
import { canonical, documentOf, type Setup } from '../state/setup.ts';

/** A value of a slider at which another decision is taken. */
export interface FlipTick {
  readonly at: number;
  readonly words: string;
}

/** Sliders that a flip is known for. */
export type FlipField = 'rateRps' | 'promptTokens' | 'outputTokens';

export type FlipTicks = Readonly<Partial<Record<FlipField, readonly FlipTick[]>>>;

/** How a slider's value follows from the factor of the report's input. */
const FIELDS: Readonly<Record<FlipField, { readonly input: string; readonly at: Scaled }>> = {
  rateRps: { input: 'load', at: ({ rateRps }, factor) => rateRps * factor },
  // The report stretches what of a prompt is its own; the shared part stays.
  promptTokens: {
    input: 'input',
    at: ({ promptTokens, prefixShare }, factor) => promptTokens * (prefixShare + (1 - prefixShare) * factor),
  },
  outputTokens: { input: 'output', at: ({ outputTokens }, factor) => outputTokens * factor },
};

type Scaled = (base: Setup, factor: number) => number;

export function flipTicks(setup: Setup, basis: FlipBasis | null): FlipTicks {
  if (basis === null) return {};
  const { setup: base, report } = basis;
  return Object.fromEntries(
    (Object.keys(FIELDS) as FlipField[]).map((field) => [
      field,
      isAlone(setup, base, field) ? ticksOf(report, base, field) : [],
    ]),
  );
}

/** Whether the setups differ in that field at most. */
function isAlone(setup: Setup, base: Setup, field: FlipField): boolean {
  return canonical(documentOf({ ...setup, [field]: base[field] })) === canonical(documentOf(base));
}

function ticksOf({ flips }: WhyReport, base: Setup, field: FlipField): FlipTick[] {
  const { input, at } = FIELDS[field];
  const found = flips.find((one) => one.input === input);
  return [found?.down, found?.up].flatMap((flip, i) => {
    if (flip === null || flip === undefined) return [];
    const value = at(base, flip.factor);
    return [{ at: value, words: `${i === 0 ? 'below' : 'above'} ${roundText(value)}: ${flip.decision}` }];
  });
}

function roundText(value: number): string {
  return fixed(value, value < 10 ? 1 : 0);
}
