/** Fleets of a plan, by the names that its answer calls them, as documents that can be run by themselves. */
import type { Plan } from '../../sim/planner/schema.ts';
import { type FleetChoice, fleetChoices } from '../../sim/planner/space.ts';
import { priceLookup } from '../../sim/run/prices.ts';
import type { Comparison, Scenario } from '../../sim/scenario/schema.ts';

export function planComparison(plan: Plan, fleets: readonly string[]): Comparison | null {
  const choices = choicesByName(plan);
  const chosen = fleets.map((name) => choices.get(name)).filter((one) => one !== undefined);
  if (chosen.length === 0) return null;
  return {
    ...commonOf(plan),
    fleets: chosen.map(({ name, fleet, router }) => ({
      name,
      ...fleet,
      ...(router === undefined ? {} : { router }),
    })),
  };
}

export function planScenario(plan: Plan, name: string): Scenario | null {
  const choice = choicesByName(plan).get(name);
  if (choice === undefined) return null;
  const { fleet, router } = choice;
  return { ...commonOf(plan), fleet, ...(router === undefined ? {} : { router }) };
}

/** The fields that plan and scenario share. */
function commonOf(plan: Plan) {
  const { name, seed, workload, slo, run, prices, calibration } = plan;
  const optional = Object.entries({ name, seed, run, prices, calibration });
  return { workload, slo, ...Object.fromEntries(optional.filter(([, value]) => value !== undefined)) };
}

function choicesByName(plan: Plan): Map<string, FleetChoice> {
  return new Map(fleetChoices(plan, priceLookup(plan.prices)).map((choice) => [choice.name, choice]));
}
