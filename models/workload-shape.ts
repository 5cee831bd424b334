/**
 * Shape of the workload presets: the synthetic workload of a scenario, typed here structurally because the
 * catalogue knows nothing of the simulator. A test assigns every preset to the scenario's own type.
 */
import type { Source } from './schema.ts';

/** A distribution of token counts or seconds. */
export type PresetLength =
  | { readonly dist: 'constant'; value: number }
  | { readonly dist: 'uniform'; min: number; max: number }
  | { readonly dist: 'lognormal'; mean: number; cv: number; max?: number }
  | { readonly dist: 'empirical'; quantiles: [number, number][]; max?: number };

/** How requests or sessions arrive. */
export type PresetArrivals =
  | { readonly process: 'poisson'; rateRps: number }
  | { readonly process: 'gamma'; rateRps: number; cv: number }
  | { readonly process: 'burst'; requests: number };

/** Shared prefixes: tokens come before the input. */
export interface PresetPrefixes {
  groups: number;
  tokens: number;
  zipf?: number;
}

/** A share of the requests with lengths or prefixes of its own. */
export interface PresetClass {
  name: string;
  weight: number;
  input?: PresetLength;
  output?: PresetLength;
  prefixes?: PresetPrefixes;
}

/** A synthetic workload. */
export interface PresetWorkload {
  readonly kind: 'synthetic';
  arrivals: PresetArrivals;
  input: PresetLength;
  output: PresetLength;
  prefixes?: PresetPrefixes;
  sessions?: { turns: number | PresetLength; thinkTimeS: number | PresetLength };
  classes?: PresetClass[];
}

/** A named workload. */
export interface WorkloadPreset {
  readonly id: string;
  readonly name: string;
  /**
   * computed: statistics of the trace itself; published and digitised: as the owners of the trace state or
   * plot them; fitted: shaped so that published totals come out; assumed: mostly our choice.
   */
  readonly basis: 'computed' | 'published' | 'digitised' | 'fitted' | 'assumed';
  readonly workload: PresetWorkload;
  readonly sources: readonly Source[];
  readonly notes?: string;
}
