/** What a scenario says beyond a deployment: the gaps that every target has. */
import { PLUGINS } from '../../src/routing/plugins.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { RouterParts } from './router.ts';

/** Gaps of everything but pools and router. */
export function scenarioGaps(scenario: Scenario): string[] {
  const { fleet, autoscaler, rollout, faults, clients } = scenario;
  const gaps = ['traffic, SLO, prices and run length: they describe the simulation'];
  if (fleet.network !== undefined || fleet.pools.some((pool) => pool.link !== undefined)) {
    gaps.push('links and network: they are the hardware that the pools are placed on');
  }
  for (const { name, kvTiers = [] } of fleet.pools) {
    for (const { kind, GiB } of kvTiers)
      gaps.push(`pool ${name}: ${GiB} GiB of KV in the ${kind} tier; set up a KV connector`);
  }
  for (const { name, engine } of fleet.pools) {
    const type = engine.schedulingPolicy?.type;
    if (type !== undefined)
      gaps.push(`pool ${name}: queue order ${type}; give the server a scheduler that does the same`);
  }
  if (fleet.kvStore !== undefined)
    gaps.push(`the shared KV store of ${fleet.kvStore.GiB} GiB; set up Mooncake or LMCache`);
  if (autoscaler !== undefined) gaps.push('autoscaler: set up a HorizontalPodAutoscaler or KEDA');
  if (rollout !== undefined) gaps.push('rollout: set the update strategy of the Deployments');
  if (faults !== undefined) gaps.push('faults');
  if (clients !== undefined) gaps.push('client timeouts and retries');
  return gaps;
}

/** Plugins of the router that llm-d does not have. */
export function pluginGaps(router: RouterParts): string[] {
  const known = new Set(PLUGINS.map((plugin) => plugin.type));
  const own = router.pluginTypes.filter((type) => !known.has(type));
  const gaps = own.map((type) => `router plugin ${type}: it is not one of llm-d's`);
  if (router.pluginTypes.includes('precise-prefix-cache-producer')) {
    gaps.push(
      'KV events, which precise-prefix-cache-producer listens to: start the servers with --kv-events-config',
    );
  }
  return gaps;
}
