/**
 * Where the decision changes along the rail's sliders, out of the last answer to "what would change the decision". A tick
 * stands as long as everything but its own slider is as it was when that was computed: beyond that it would be a guess.
 */
import { fixed } from '../../sim/metrics/format-figure.ts';
import type { FlipReport, WhyReport } from '../../sim/why/report.ts';
import type { StepInputId } from '../../sim/why/steps.ts';
import type { FlipBasis } from '../state/flip-store.ts';
import { canonical, documentOf, type FleetSetup, type Setup } from '../state/setup.ts';

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
  return found === undefined ? [] : sideTicks(found, (factor) => at(base, factor));
}

function sideTicks({ down, up }: FlipReport, at: (factor: number) => number, decimals?: number): FlipTick[] {
  return [down, up].flatMap((flip, i) => {
    if (flip === null) return [];
    const value = at(flip.factor);
    const words = `${i === 0 ? 'below' : 'above'} ${roundText(value, decimals)}: ${flip.decision}`;
    return [{ at: value, words }];
  });
}

function roundText(value: number, decimals = value < 10 && !Number.isInteger(value) ? 1 : 0): string {
  return fixed(value, decimals);
}

/** Ticks of the sliders of one fleet: its settings that go in steps. */
export type FleetFlipTicks = Readonly<Partial<Record<StepInputId, readonly FlipTick[]>>>;

/** What of a fleet's setup each setting is. A fleet may be named after its split. */
const FLEET_FIELDS: Readonly<Record<StepInputId, (of: FleetSetup) => Partial<FleetSetup>>> = {
  tp: ({ tp }) => ({ tp }),
  split: ({ shape, name }) => ({ shape, name }),
  stepTokens: ({ stepTokens }) => ({ stepTokens }),
  link: ({ kvLink }) => ({ kvLink }),
};

export function fleetFlipTicks(setup: Setup, basis: FlipBasis | null, place: number): FleetFlipTicks {
  const fleet = setup.fleets[place];
  const base = basis?.setup.fleets[place];
  if (basis === null || fleet === undefined || base === undefined) return {};
  return Object.fromEntries(
    basis.report.steps.flatMap(({ input, fleet: name, down, up }) => {
      const restored = { ...fleet, ...FLEET_FIELDS[input](base) };
      const isOwn =
        name === base.name && isSame({ ...setup, fleets: setup.fleets.with(place, restored) }, basis);
      if (!isOwn) return [];
      const ticks = [down, up].flatMap((flip) =>
        flip === null ? [] : [{ at: flip.value, words: `at ${roundText(flip.value)}: ${flip.decision}` }],
      );
      return [[input, ticks]];
    }),
  );
}

/** Ticks of a GPU's price; `price`: what a setup takes for it. */
export function priceFlipTicks(
  setup: Setup,
  basis: FlipBasis | null,
  gpu: string,
  price: (of: Setup) => number,
): FlipTick[] {
  if (basis === null) return [];
  const { [gpu]: _, ...others } = setup.gpuHourUsd;
  const own = basis.setup.gpuHourUsd[gpu];
  const gpuHourUsd = own === undefined ? others : { ...others, [gpu]: own };
  const found = basis.report.flips.find(({ input }) => input === `price:${gpu}`);
  if (found === undefined || !isSame({ ...setup, gpuHourUsd }, basis)) return [];
  return sideTicks(found, (factor) => price(basis.setup) * factor, 2);
}

function isSame(setup: Setup, { setup: base }: FlipBasis): boolean {
  return canonical(documentOf(setup)) === canonical(documentOf(base));
}
