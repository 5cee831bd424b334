/** Scenarios for export and import tests. */
import { parseScenario } from '../../sim/scenario/parse.ts';
import type { PoolSpec, RouterSpec, Scenario } from '../../sim/scenario/schema.ts';

/** A scenario with these pools. */
export function scenarioOf(pools: readonly Partial<PoolSpec>[], router?: RouterSpec): Scenario {
  return parseScenario({
    name: 'tests',
    workload: { kind: 'preset', name: 'chat' },
    fleet: { pools: pools.map((pool, i) => poolOf({ name: `pool-${i}`, ...pool })) },
    ...(router === undefined ? {} : { router }),
    run: { requests: 10 },
  });
}

export function poolOf(fields: Partial<PoolSpec>): PoolSpec {
  return {
    name: 'chat',
    role: 'both',
    replicas: 2,
    gpu: 'h100-sxm',
    model: 'llama-3.1-8b',
    engine: { name: 'vllm' },
    ...fields,
  };
}
