/**
 * The network between instances. Without a topology every pair is joined by the NICs of both. With one, instances stand in
 * nodes and racks: what stays within a scale-up domain (NVLink, or PCIe where there is none) goes over it; what leaves
 * a node goes over its NICs, and what leaves a rack over the rack's links to the spine, both shared by all that pass. The
 * messages of a pull (one for each layer, block, and keys or values) are limited in rate besides.
 */
import type { FairShareNetwork } from '../net/fair-share.ts';
import { type Place, Placement } from '../net/placement.ts';
import type { Fleet } from './fleet.ts';
import type { Replica } from './replica.ts';

/** Links in order, and the time before the first byte, µs. */
export interface FabricPath {
  readonly links: readonly number[];
  readonly baseUs: number;
}

/** Links of one instance. */
interface Port {
  readonly replica: Replica;
  readonly place: Place | null;
  placeIsHeld: boolean;
  /** Within the scale-up domain; -1 without a topology. */
  readonly scaleUpOut: number;
  readonly scaleUpIn: number;
  /** To and from other nodes: its own NICs, then those of its node where they are fewer than GPUs. */
  readonly out: readonly number[];
  readonly in: readonly number[];
  /** Limit of messages that it asks for; empty: none. */
  readonly messages: readonly number[];
  /** `in` and `messages`: how what it pulls from another node comes in. */
  readonly pull: readonly number[];
  /** Ways to the instances that have pulled from it, by their number. */
  readonly ways: Map<number, FabricPath>;
}

/** All links between instances. */
export class Fabric {
  readonly #fleet: Fleet;
  readonly #network: FairShareNetwork;
  readonly #placement: Placement | null;
  readonly #ports: Port[] = [];
  /** Links that nodes and racks share, by name. */
  readonly #shared = new Map<string, number>();

  constructor(fleet: Fleet, network: FairShareNetwork) {
    this.#fleet = fleet;
    this.#network = network;
    const { topology } = fleet;
    this.#placement =
      topology === null
        ? null
        : new Placement({
            mode: topology.placement,
            nodesPerRack: topology.nodesPerRack,
            pools: fleet.pools.map((pool) => ({
              gpu: pool.gpu.id,
              gpusPerNode: pool.gpusPerNode,
              gpusPerDomain: pool.gpusPerDomain,
              gpusPerReplica: pool.gpusPerReplica,
              replicas: pool.replicas,
            })),
          });
  }

  /** Joins a new instance to the network. */
  attach(replica: Replica): void {
    const pool = this.#fleet.pools[replica.pool]!;
    this.#giveBackPlaces();
    const place = this.#placement?.take(replica.pool) ?? null;
    const link = (bytesPerUs: number, what: string): number =>
      this.#network.addLink(bytesPerUs, `${pool.name}/${what}`);
    const { scaleUpBytesPerUs, messageBytesPerUs } = pool;
    const scaleUpOut = place === null ? -1 : link(scaleUpBytesPerUs, 'scale-up-out');
    const scaleUpIn = place === null ? -1 : link(scaleUpBytesPerUs, 'scale-up-in');
    const out = [replica.egress, ...this.#nodeNic(replica, place, 'out')];
    const inward = [...this.#nodeNic(replica, place, 'in'), replica.ingress];
    const messages =
      messageBytesPerUs === Number.POSITIVE_INFINITY ? [] : [link(messageBytesPerUs, 'messages')];
    const pull = [...inward, ...messages];
    const port = { replica, place, placeIsHeld: place !== null, scaleUpOut, scaleUpIn, out, in: inward };
    this.#ports[replica.index] = { ...port, messages, pull, ways: new Map() };
  }

  /** Where an instance stands, as labels of its endpoint; none without a topology. */
  labelsOf(replica: Replica): Readonly<Record<string, string>> {
    const { place } = this.#ports[replica.index]!;
    if (place === null) return {};
    return {
      'kubernetes.io/hostname': `node-${place.node}`,
      'topology.kubernetes.io/rack': `rack-${place.rack}`,
    };
  }

  /** The way from one instance to another that pulls from it: found once, as instances do not move. */
  between(from: Replica, to: Replica): FabricPath {
    const source = this.#ports[from.index]!;
    let way = source.ways.get(to.index);
    if (way === undefined) {
      way = this.#find(source, this.#ports[to.index]!);
      source.ways.set(to.index, way);
    }
    return way;
  }

  #find(source: Port, target: Port): FabricPath {
    const pool = this.#fleet.pools[target.replica.pool]!;
    const a = source.place;
    const b = target.place;
    if (a === null || b === null) {
      return { links: [...source.out, ...target.pull], baseUs: pool.linkBaseUs };
    }
    if (a.domain === b.domain) {
      return { links: [source.scaleUpOut, target.scaleUpIn, ...target.messages], baseUs: pool.scaleUpBaseUs };
    }
    const spine = this.#spine(a.rack, b.rack);
    const { spineBaseUs } = this.#fleet.topology!;
    return {
      links: [...source.out, ...spine, ...target.pull],
      baseUs: pool.linkBaseUs + (a.rack === b.rack ? 0 : spineBaseUs),
    };
  }

  /** Links between an instance and a store in rack `rack` (-1: one that no instance stands in), outside of its node. */
  outward(replica: Replica, rack = -1): { readonly out: readonly number[]; readonly in: readonly number[] } {
    const port = this.#ports[replica.index]!;
    if (port.place === null) return port;
    const own = port.place.rack;
    return { out: [...port.out, ...this.#spine(own, rack)], in: [...this.#spine(rack, own), ...port.in] };
  }

  #giveBackPlaces(): void {
    for (const port of this.#ports) {
      if (!port.placeIsHeld || !port.replica.isDown) continue;
      port.placeIsHeld = false;
      this.#placement!.giveBack(port.replica.pool, port.place!);
    }
  }

  /** The NICs of the instance's node, where it has fewer than GPUs; instances of whole nodes have theirs to themselves. */
  #nodeNic(replica: Replica, place: Place | null, way: 'in' | 'out'): number[] {
    const pool = this.#fleet.pools[replica.pool]!;
    const nics = this.#fleet.topology?.nicsPerNode ?? null;
    if (place === null || nics === null || pool.gpusPerReplica > pool.gpusPerNode) return [];
    const bytesPerUs = (pool.linkBytesPerUs / pool.gpusPerReplica) * nics;
    return [this.#sharedLink(`node/nic-${way}`, place.node, bytesPerUs)];
  }

  /** Between two racks; -1: one with no bound of its own. */
  #spine(from: number, to: number): number[] {
    const { spineBytesPerUs } = this.#fleet.topology!;
    if (from === to || spineBytesPerUs === Number.POSITIVE_INFINITY) return [];
    const links: number[] = [];
    if (from >= 0) links.push(this.#sharedLink('rack/spine-out', from, spineBytesPerUs));
    if (to >= 0) links.push(this.#sharedLink('rack/spine-in', to, spineBytesPerUs));
    return links;
  }

  #sharedLink(name: string, index: number, bytesPerUs: number): number {
    const key = `${name} ${index}`;
    let link = this.#shared.get(key);
    if (link === undefined) {
      link = this.#network.addLink(bytesPerUs, name);
      this.#shared.set(key, link);
    }
    return link;
  }
}
