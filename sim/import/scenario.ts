/** From imported parts to one scenario document: pools of all of them, the router and workload that one of them has. */
import { ConfigError } from '../../src/core/check.ts';
import type { PoolSpec, WorkloadSpec } from '../scenario/schema.ts';
import type { Imported } from './imported.ts';

/** The workload that stands in where none was imported. */
const STAND_IN: WorkloadSpec = { kind: 'preset', name: 'chat' };

/** A scenario, and what a reader should know of it. */
export interface AssembledScenario {
  readonly document: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

/** Puts parts together. Throws ConfigError where two of them have a router or a workload, or none has servers. */
export function assembleScenario(parts: readonly Imported[], name: string): AssembledScenario {
  const own = parts.flatMap((part) => part.pools);
  const standIn = parts.find((part) => part.standIn !== undefined)?.standIn;
  const pools = named(own.length > 0 || standIn === undefined ? own : standIn());
  const router = onlyOne(parts, 'router');
  const workload = onlyOne(parts, 'workload');
  if (pools.length === 0) {
    throw new ConfigError({
      path: 'fleet.pools',
      found: 'no servers in what was imported',
      expected:
        'a command line, Helm values or manifests beside it, or --gpu (and --model) for a fleet of one server',
    });
  }
  const notes =
    workload === undefined ? ['workload: the preset "chat" stands in; put your own traffic there'] : [];
  return {
    notes,
    document: {
      name,
      workload: workload ?? STAND_IN,
      fleet: { pools },
      ...(router === undefined ? {} : { router }),
      ...(workload === undefined ? { run: { requests: 1000 } } : {}),
    },
  };
}

function onlyOne<Key extends 'router' | 'workload'>(
  parts: readonly Imported[],
  key: Key,
): Imported[Key] | undefined {
  const having = parts.filter((part) => part[key] !== undefined);
  if (having.length <= 1) return having[0]?.[key];
  throw new ConfigError({ path: key, found: `${having.length} of them`, expected: `one ${key} at most` });
}

/** Pools of several files may have the same name: later ones get a number. */
function named(pools: readonly PoolSpec[]): PoolSpec[] {
  const taken = new Set<string>();
  return pools.map((pool) => {
    let name = pool.name;
    for (let i = 2; taken.has(name); i++) name = `${pool.name}-${i}`;
    taken.add(name);
    return { ...pool, name };
  });
}
