/** Connects replicas to KV tiers: their own, made with them, and the store of the fleet, made once; and the links between. */
import type { TierPath } from '../engine/kv/tiers/replica-tiers.ts';
import { Tier, type TierMeters, type TierSetup } from '../engine/kv/tiers/tier.ts';
import type { TierUsage } from '../metrics/run-result.ts';
import type { Fabric } from './fabric.ts';
import type { Fleet } from './fleet.ts';
import type { KvTransfers } from './kv-transfers.ts';
import type { Replica } from './replica.ts';

/** Tiers of a running fleet. */
export class TierWiring {
  readonly #fleet: Fleet;
  readonly #transfers: KvTransfers;
  readonly #fabric: Fabric;
  readonly #store: Tier | null;
  readonly #all: Tier[] = [];

  constructor(fleet: Fleet, transfers: KvTransfers, fabric: Fabric) {
    this.#fleet = fleet;
    this.#transfers = transfers;
    this.#fabric = fabric;
    this.#store = fleet.kvStore === null ? null : this.#make(fleet.kvStore, 'store');
  }

  /** Gives a new replica its tiers. */
  connect(replica: Replica): void {
    const pool = this.#fleet.pools[replica.pool]!;
    const { tiers, hostBytesPerUs } = pool.kvTiers;
    const paths: TierPath[] = [];
    if (tiers.length > 0) {
      const { network } = this.#transfers;
      const toHost = network.addLink(hostBytesPerUs, `${pool.name}/host-out`);
      const fromHost = network.addLink(hostBytesPerUs, `${pool.name}/host-in`);
      for (const setup of tiers) {
        const tier = this.#make(setup, `${pool.name}/${setup.kind}`);
        paths.push({
          tier,
          readLinks: known(tier.readLink, [fromHost]),
          writeLinks: known(tier.writeLink, [toHost]),
        });
      }
    }
    const store = this.#store;
    if (store !== null) {
      const nic = this.#fabric.outward(replica, this.#fleet.storeRack);
      paths.push({
        tier: store,
        readLinks: known(store.readLink, nic.in),
        writeLinks: known(store.writeLink, nic.out),
      });
    }
    if (paths.length > 0) replica.connectTiers(paths, this.#transfers);
  }

  /** Sums by kind, nearest first; empty for fleets without tiers. */
  usage(): TierUsage[] {
    return (['cpu', 'disk', 'store'] as const).flatMap((kind) => {
      const meters = this.#all.filter((tier) => tier.setup.kind === kind).map((tier) => tier.meters);
      if (meters.length === 0) return [];
      const sum = (of: keyof TierMeters): number => meters.reduce((total, m) => total + m[of], 0);
      return [
        {
          kind,
          hitTokens: sum('hitTokens'),
          loadedBytes: sum('loadedBytes'),
          storedBytes: sum('storedBytes'),
        },
      ];
    });
  }

  #make(setup: TierSetup, name: string): Tier {
    const { network } = this.#transfers;
    const link = (bytesPerUs: number, way: string): number =>
      bytesPerUs === Number.POSITIVE_INFINITY ? -1 : network.addLink(bytesPerUs, `${name}-${way}`);
    const tier = new Tier(setup, link(setup.readBytesPerUs, 'read'), link(setup.writeBytesPerUs, 'write'));
    this.#all.push(tier);
    return tier;
  }
}

function known(tierLink: number, replicaLinks: readonly number[]): readonly number[] {
  return tierLink < 0 ? replicaLinks : [tierLink, ...replicaLinks];
}
