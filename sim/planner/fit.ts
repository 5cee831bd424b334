/** Stage 1: what cannot be built, is beyond the budget, or has no price. */
import { findGpu } from '../../models/gpus.ts';
import { ConfigError } from '../../src/core/check.ts';
import { buildFleet, type Fleet } from '../cluster/fleet.ts';
import { formatFigure } from '../metrics/format-figure.ts';
import type { RejectReason } from './report.ts';
import type { Plan } from './schema.ts';
import type { FleetChoice } from './space.ts';

/** A fleet that can be built, or why not. */
export type Fit =
  | { readonly fleet: Fleet }
  | { readonly fleet: null; readonly reason: RejectReason; readonly detail: string };

/** Judges fleets; those that differ in replicas only share one look at memory and engine. */
export class Fitter {
  readonly #plan: Plan;
  readonly #known = new Map<string, Fit>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  judge(choice: FleetChoice): Fit {
    const limit = this.#overBudget(choice);
    if (limit !== null) return limit;
    const survive = this.#plan.survive ?? 0;
    const least = Math.min(...choice.fleet.pools.map((pool) => pool.replicas));
    if (least <= survive) {
      return out('noSpare', `a pool of ${least} does not outlast the loss of ${survive} workers`);
    }
    const topology = topologyProblem(choice);
    if (topology !== null) return topology;
    const built = this.#build(choice);
    if (built.fleet === null) return built;
    const pools = built.fleet.pools.map((pool, i) => {
      const spec = choice.fleet.pools[i]!;
      return { ...pool, replicas: spec.replicas * (spec.parallel?.dp ?? 1) };
    });
    return { fleet: { ...built.fleet, pools } };
  }

  #build(choice: FleetChoice): Fit {
    const single = choice.fleet.pools.map((pool) => ({ ...pool, replicas: 1 }));
    const key = JSON.stringify(single);
    let known = this.#known.get(key);
    if (known === undefined) {
      known = tryBuild(choice, this.#plan);
      this.#known.set(key, known);
    }
    return known;
  }

  #overBudget({ gpus, costPerHour, powerW, gpu }: FleetChoice): Fit | null {
    const { maxGpus, maxCostPerHour, maxPowerW } = this.#plan.budget ?? {};
    if (maxGpus !== undefined && gpus > maxGpus) return out('budget', `${gpus} GPUs against ${maxGpus}`);
    if (maxPowerW !== undefined && (powerW === null || powerW > maxPowerW)) {
      return out(
        'budget',
        `${powerW === null ? 'unknown power' : `${powerW.toFixed(0)} W`} against ${maxPowerW} W`,
      );
    }
    if (costPerHour === null)
      return out('noPrice', `no price of ${gpu} is known (prices.gpuHourUsd sets one)`);
    if (maxCostPerHour !== undefined && costPerHour > maxCostPerHour) {
      const words = formatFigure(costPerHour, 'usdPerHour');
      return out('budget', `${words} against ${formatFigure(maxCostPerHour, 'usdPerHour')}`);
    }
    return null;
  }
}

function topologyProblem(choice: FleetChoice): Fit | null {
  for (const { gpu, parallel, node: shape } of choice.fleet.pools) {
    const { tp = 1, dp = 1, ep = 1 } = parallel ?? {};
    const { gpusPerNode, scaleUpDomain } = findGpu(gpu);
    const node = shape?.gpus ?? Math.max(gpusPerNode, scaleUpDomain);
    if (tp > node) return out('topology', `tp ${tp} spans nodes of ${node} ${gpu}`);
    if (ep > tp * dp) return out('topology', `ep ${ep} needs more ranks than tp ${tp} x dp ${dp}`);
  }
  return null;
}

function tryBuild(choice: FleetChoice, plan: Plan): Fit {
  try {
    return { fleet: buildFleet(choice.fleet, plan.calibration, 'fleet') };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problem = error.problems[0]!;
    const reason = problem.path.endsWith('.model')
      ? 'memory'
      : problem.path.includes('.parallel')
        ? 'topology'
        : 'engine';
    return out(reason, `${problem.found}; allowed: ${problem.expected}`);
  }
}

function out(reason: RejectReason, detail: string): Fit {
  return { fleet: null, reason, detail };
}
