/** Every model that a workload names must be served by some pool, where that can be known before the run. */
import { ConfigError } from '../../src/core/check.ts';
import type { WorkloadSpec } from '../scenario/schema.ts';
import { adapterNames } from '../workload/adapter-names.ts';
import type { Fleet } from './fleet.ts';

/**
 * Throws ConfigError for a class of a synthetic workload whose model or adapters no pool serves. A fleet of one model without
 * adapters takes every name for that model.
 */
export function checkModels(workload: WorkloadSpec, fleet: Fleet): void {
  if (workload.kind !== 'synthetic') return;
  const models = new Set(fleet.pools.map(({ model }) => model.id));
  if (models.size === 1 && fleet.pools.every(({ adapters }) => adapters === null)) return;
  const served = new Set(
    fleet.pools.flatMap(({ model, adapters }) => [
      model.id,
      ...model.huggingFace,
      ...(adapters?.names ?? []),
    ]),
  );
  for (const [i, own] of (workload.classes ?? []).entries()) {
    const names =
      own.adapters === undefined ? [own.model] : adapterNames(own.adapters.name, own.adapters.count);
    const missing = names.find((name) => name !== undefined && !served.has(name));
    if (missing === undefined) continue;
    throw new ConfigError({
      path: `workload.classes[${i}].${own.adapters === undefined ? 'model' : 'adapters'}`,
      found: `"${missing}"`,
      expected: `a model or adapter of a pool: ${[...served].slice(0, 12).join(', ')}`,
    });
  }
}
