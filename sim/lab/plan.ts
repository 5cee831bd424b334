/** From a lab to what is run: policies under workloads at loads, and the baseline once more with other ties (A/A). */
import { assert, ConfigError } from '../../src/core/check.ts';
import type { SchedulingPolicyDefinition } from '../../src/plugin-api/engine-policy.ts';
import type { UserPlugins } from '../../src/plugin-api/plugin-module.ts';
import type { PluginDefinition } from '../../src/routing/plugin.ts';
import { parseScenario } from '../scenario/parse.ts';
import type { FleetSpec, Scenario } from '../scenario/schema.ts';
import { BASELINES } from './baselines/all.ts';
import { BOXED } from './baselines/boxed.ts';
import type { CounterfactualSpec } from './counterfactuals.ts';
import { atLoad, loadName } from './loads.ts';
import type { Lab, PolicySpec } from './schema.ts';

/** One policy under one workload at one load. */
export interface LabCell {
  readonly policy: string;
  readonly workload: string;
  readonly load: string;
  /** The baseline against itself: same requests, other tie-breaks of the router. */
  readonly isNull: boolean;
  readonly scenario: Scenario;
  readonly fleetPath: string;
  /** Path of the router configuration in the user's document. */
  readonly configPath: string;
  readonly plugins: readonly PluginDefinition[];
  readonly enginePolicies: readonly SchedulingPolicyDefinition[];
}

/** What the shell has read for a policy: its configuration as data, and the plugins of its module. */
export interface PolicyFiles {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly plugins?: UserPlugins;
}

/** Seeds of every cell. */
export function labSeeds(lab: Lab): number[] {
  return Array.from({ length: lab.seeds ?? 5 }, (_, i) => (lab.seed ?? 1) + i);
}

/** What of decisions is looked at; nothing where the lab does not say so. */
export function counterfactualsOf({ counterfactuals }: Lab): { counterfactuals?: CounterfactualSpec } {
  if (counterfactuals === undefined) return {};
  const { decisions = 10, alternatives = 3 } = counterfactuals;
  return { counterfactuals: { decisions, alternatives } };
}

/** All cells: for each workload and load every policy in order, then the A/A cell. Throws ConfigError. */
export function planLab(
  lab: Lab,
  filesOf: (policy: PolicySpec) => PolicyFiles,
  extraPlugins: UserPlugins = { router: [], engine: [] },
): LabCell[] {
  const files = new Map(lab.policies.map((policy) => [policy.name, filesOf(policy)]));
  const cells: LabCell[] = [];
  for (const workload of Object.keys(lab.workloads)) {
    for (const [i] of (lab.loads ?? [1]).entries()) {
      const cellOf = (policy: PolicySpec, isNull: boolean): LabCell =>
        labCell(lab, policy, workload, i, files.get(policy.name)!, extraPlugins, isNull);
      cells.push(...lab.policies.map((policy) => cellOf(policy, false)), cellOf(lab.policies[0]!, true));
    }
  }
  return cells;
}

function labCell(
  lab: Lab,
  policy: PolicySpec,
  workload: string,
  loadIndex: number,
  files: PolicyFiles,
  extraPlugins: UserPlugins,
  isNull: boolean,
): LabCell {
  const load = (lab.loads ?? [1])[loadIndex]!;
  const baseline = BASELINES.find((one) => one.name === policy.baseline);
  const config = baseline === undefined ? files.config : (baseline.config ?? undefined);
  const fleet = policy.fleet === undefined ? lab.fleet : lab.fleets?.[policy.fleet];
  assert(fleet !== undefined, `the fleet of policy ${policy.name} has been checked`);
  const { slo, run, prices, clients, faults, calibration } = lab;
  const common = { slo, run, prices, clients, faults, calibration };
  const given = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
  const scenario = parsedAt(workload, {
    ...given,
    name: `${policy.name}, ${workload}, ${loadName(load)}`,
    seed: lab.seed ?? 1,
    workload: atLoad(lab.workloads[workload]!, load, `loads[${loadIndex}]`),
    fleet: ordered(fleet, policy.schedulingPolicy ?? baseline?.schedulingPolicy),
    router: {
      ...lab.router,
      ...(config === undefined ? {} : { config }),
      ...(baseline?.isExperimental === true ? { allowExperimentalPlugins: true } : {}),
    },
  });
  return {
    policy: policy.name,
    workload,
    load: loadName(load),
    isNull,
    scenario,
    fleetPath: policy.fleet === undefined ? 'fleet' : `fleets.${policy.fleet}`,
    configPath: `policies[${lab.policies.indexOf(policy)}].config`,
    plugins: distinct([...extraPlugins.router, ...(files.plugins?.router ?? []), ...BOXED.router]),
    enginePolicies: distinct([...extraPlugins.engine, ...(files.plugins?.engine ?? [])]),
  };
}

/** A module may be given on the command line and by a policy as well. */
function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

/** The fleet with engines whose queues are in that order. */
function ordered(fleet: FleetSpec, schedulingPolicy: PolicySpec['schedulingPolicy']): FleetSpec {
  if (schedulingPolicy === undefined) return fleet;
  const pools = fleet.pools.map((pool) => ({ ...pool, engine: { ...pool.engine, schedulingPolicy } }));
  return { ...fleet, pools };
}

/** Parses the scenario of a cell; problems of its workload are named by the lab's own path. */
function parsedAt(workload: string, document: unknown): Scenario {
  try {
    return parseScenario(document);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(
      error.problems.map((one) => ({
        ...one,
        path: one.path.replace(/^workload(?=[.[]|$)/, `workloads.${workload}`),
      })),
    );
  }
}
