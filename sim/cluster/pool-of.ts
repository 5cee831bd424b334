/** Looks up the pool that a part of a scenario names. */
import { ConfigError } from '../../src/core/check.ts';
import type { Fleet } from './fleet.ts';

/** Number of the pool; throws ConfigError at `path` when there is none of that name. */
export function poolOf(fleet: Fleet, name: string, path: string): number {
  const pool = fleet.pools.findIndex((p) => p.name === name);
  if (pool >= 0) return pool;
  const names = fleet.pools.map((p) => p.name).join(', ');
  throw new ConfigError({ path, found: `"${name}"`, expected: `a pool of the fleet: ${names}` });
}
