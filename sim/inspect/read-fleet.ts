/** Reads a running fleet at a moment; changes nothing in it. */
import type { Simulation } from '../cluster/simulate.ts';
import type { FleetReading, InstanceReading } from './moment-log.ts';
import type { InstanceInfo } from './recording.ts';

/** `atUs`: not before the last event that was handed out, and before the next one. */
export function readFleet({ running: { cluster } }: Simulation, atUs: number): FleetReading {
  let queriedTokens = 0;
  let hitTokens = 0;
  const instances = cluster.set.all.map((replica): InstanceReading => {
    const { meters, evictedBlocks = 0 } = replica.engine;
    queriedTokens += meters.queriedTokens;
    hitTokens += meters.hitTokens;
    const { busyPrefillUs } = meters;
    const reading = { busyUs: 0, busyPrefillUs, waiting: 0, running: 0, kvUsage: 0, evictedBlocks };
    if (replica.isDown) return { ...reading, busyUs: busyPrefillUs };
    replica.engine.observe(atUs, reading);
    return { ...reading, busyUs: replica.busyUsAt(atUs) };
  });
  const links = cluster.linkUsage().map(({ bytes, bytesPerUs }) => ({ bytes, bytesPerUs }));
  return { instances, queriedTokens, hitTokens, links };
}

/** All instances there have been, by number: `prefill 1`, `prefill 2`, `decode 1` ... */
export function instancesOf({ running: { cluster, fleet } }: Simulation): InstanceInfo[] {
  const ofPool = fleet.pools.map(() => 0);
  return cluster.set.all.map(({ pool, engine: { kvBlocks } }) => {
    const { name, role, gpusPerReplica } = fleet.pools[pool]!;
    ofPool[pool]! += 1;
    return { name: `${name} ${ofPool[pool]}`, pool: name, role, gpus: gpusPerReplica, kvBlocks };
  });
}

export function linkNamesOf({ running: { cluster } }: Simulation): string[] {
  return cluster.linkUsage().map(({ name }) => name);
}
