/**
 * Settings of one fleet that go in steps: GPUs per replica, how replicas are divided between prefill and decode, tokens of a step,
 * the KV link. Each has values to either side, nearest first; what a step does is a run with the same seeds.
 */
import type { PoolSpec, Scenario } from '../scenario/schema.ts';
import { kvLinkOf, movesKv, withStepBudget } from './changes.ts';
import { LINK_VALUES, STEP_TOKENS_VALUES, TP_VALUES } from './step-values.ts';

export type StepInputId = 'tp' | 'split' | 'stepTokens' | 'link';

/** A setting of a scenario's fleet. */
export interface StepInput {
  readonly id: StepInputId;
  readonly label: string;
  readonly now: number;
  /** Values above and below, nearest first. */
  readonly up: readonly number[];
  readonly down: readonly number[];
  /** The scenario with another value; everything else, the number of replicas included, stays. */
  readonly at: (value: number) => Scenario;
}

/** Steps that are looked at to each side. */
const MOST_STEPS = 4;

/** All that apply; none where pools of a fleet differ in it. `budgetOf`: tokens of a pool's step as it is. */
export function stepInputsOf(scenario: Scenario, budgetOf: (pool: number) => number): StepInput[] {
  return [
    tpInput(scenario),
    splitInput(scenario),
    budgetInput(scenario, budgetOf),
    linkInput(scenario),
  ].flatMap((input) => (input === null ? [] : [input]));
}

function tpInput(scenario: Scenario): StepInput | null {
  const now = common(scenario.fleet.pools.map((pool) => pool.parallel?.tp ?? 1));
  if (now === null) return null;
  const at = (tp: number): Scenario =>
    withPools(scenario, (pool) => ({ ...pool, parallel: { ...pool.parallel, tp } }));
  return { id: 'tp', label: 'GPUs per replica (TP)', now, ...sides(TP_VALUES, now), at };
}

/** One replica moved from decode to prefill, or back. */
function splitInput(scenario: Scenario): StepInput | null {
  const { pools } = scenario.fleet;
  const prefill = pools.find(({ role }) => role === 'prefill');
  const decode = pools.find(({ role }) => role === 'decode');
  if (pools.length !== 2 || prefill === undefined || decode === undefined) return null;
  const all = prefill.replicas + decode.replicas;
  const now = prefill.replicas;
  const values = Array.from({ length: all - 1 }, (_, i) => i + 1);
  const at = (replicas: number): Scenario =>
    withPools(scenario, (pool) => ({
      ...pool,
      replicas: pool.role === 'prefill' ? replicas : all - replicas,
    }));
  return { id: 'split', label: `prefill replicas of ${all}`, now, ...sides(values, now), at };
}

function budgetInput(scenario: Scenario, budgetOf: (pool: number) => number): StepInput | null {
  const now = common(scenario.fleet.pools.map((_, i) => budgetOf(i)));
  if (now === null) return null;
  const at = (tokens: number): Scenario => withPools(scenario, (pool) => withStepBudget(pool, tokens));
  return { id: 'stepTokens', label: 'tokens per step', now, ...sides(STEP_TOKENS_VALUES, now), at };
}

function linkInput(scenario: Scenario): StepInput | null {
  if (!movesKv(scenario)) return null;
  const now = common(scenario.fleet.pools.map((pool) => kvLinkOf(pool, scenario.fleet).GBps));
  if (now === null) return null;
  const at = (GBps: number): Scenario =>
    withPools(scenario, (pool) => ({ ...pool, link: { ...kvLinkOf(pool, scenario.fleet), GBps } }));
  return { id: 'link', label: 'KV link, GB/s', now, ...sides(LINK_VALUES, now), at };
}

/** The value that all have; null where they differ. */
function common(values: readonly number[]): number | null {
  return new Set(values).size === 1 ? values[0]! : null;
}

function sides(values: readonly number[], now: number): Pick<StepInput, 'up' | 'down'> {
  return {
    up: values.filter((value) => value > now).slice(0, MOST_STEPS),
    down: values
      .filter((value) => value < now)
      .toReversed()
      .slice(0, MOST_STEPS),
  };
}

function withPools(scenario: Scenario, edit: (pool: PoolSpec) => PoolSpec): Scenario {
  return { ...scenario, fleet: { ...scenario.fleet, pools: scenario.fleet.pools.map(edit) } };
}
