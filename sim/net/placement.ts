/**
 * Where engine instances stand: nodes of equal GPUs, racks of nodes. Packed placement fills one node before it opens the
 * next; spread placement takes the emptiest, so that every pool is on every node as far as it goes and prefill and decode
 * instances share nodes. Deterministic: ties go to the lowest number.
 */

export type PlacementMode = 'packed' | 'spread';

/** A pool as placement sees it. */
export interface PlacedPool {
  /** Nodes hold GPUs of one kind. */
  readonly gpu: string;
  readonly gpusPerNode: number;
  /** GPUs that one scale-up domain (NVLink) joins; at least a node. */
  readonly gpusPerDomain: number;
  readonly gpusPerReplica: number;
  /** Replicas at the start. */
  readonly replicas: number;
}

/** A place; instances larger than a node stand on the first of theirs. */
export interface Place {
  readonly node: number;
  readonly rack: number;
  /** Scale-up domain. */
  readonly domain: number;
}

interface Node {
  readonly gpu: string;
  readonly place: Place;
  free: number;
}

/** Nodes and who stands on them. */
export class Placement {
  readonly #mode: PlacementMode;
  readonly #nodesPerRack: number;
  readonly #pools: readonly PlacedPool[];
  readonly #nodes: Node[] = [];
  #domains = 0;
  /** The domain that the next node of a kind joins, while it has room. */
  readonly #openDomains = new Map<string, { domain: number; nodesLeft: number }>();

  constructor(options: { mode: PlacementMode; nodesPerRack: number; pools: readonly PlacedPool[] }) {
    this.#mode = options.mode;
    this.#nodesPerRack = options.nodesPerRack;
    this.#pools = options.pools;
    if (this.#mode === 'spread') for (const pool of options.pools) this.#openNodes(pool);
  }

  /** Takes the GPUs of one more instance of a pool. */
  take(pool: number): Place {
    const { gpu, gpusPerReplica, gpusPerNode } = this.#pools[pool]!;
    if (gpusPerReplica > gpusPerNode) return this.#takeWholeNodes(this.#pools[pool]!);
    let best: Node | null = null;
    for (const node of this.#nodes) {
      if (node.gpu !== gpu || node.free < gpusPerReplica) continue;
      if (best === null || (this.#mode === 'spread' && node.free > best.free)) best = node;
    }
    best ??= this.#open(this.#pools[pool]!);
    best.free -= gpusPerReplica;
    return best.place;
  }

  /** An instance is gone. */
  giveBack(pool: number, place: Place): void {
    const { gpusPerReplica, gpusPerNode } = this.#pools[pool]!;
    const nodes = Math.ceil(gpusPerReplica / gpusPerNode);
    for (let i = 0; i < nodes; i++) {
      this.#nodes[place.node + i]!.free += Math.min(gpusPerReplica, gpusPerNode);
    }
  }

  #takeWholeNodes(pool: PlacedPool): Place {
    const count = Math.ceil(pool.gpusPerReplica / pool.gpusPerNode);
    // Nodes of one instance follow each other, so that they are in one rack where that goes.
    const nodes = Array.from({ length: count }, () => this.#open(pool));
    for (const node of nodes) node.free = 0;
    return nodes[0]!.place;
  }

  /** Opens the nodes that the pools of this kind need at the start. */
  #openNodes({ gpu }: PlacedPool): void {
    if (this.#nodes.some((node) => node.gpu === gpu)) return;
    const same = this.#pools.filter((pool) => pool.gpu === gpu && pool.gpusPerReplica <= pool.gpusPerNode);
    const gpus = same.reduce((sum, pool) => sum + pool.replicas * pool.gpusPerReplica, 0);
    for (let left = gpus; left > 0; left -= same[0]!.gpusPerNode) this.#open(same[0]!);
  }

  #open({ gpu, gpusPerNode, gpusPerDomain }: PlacedPool): Node {
    const number = this.#nodes.length;
    const open = this.#openDomains.get(gpu) ?? { domain: 0, nodesLeft: 0 };
    if (open.nodesLeft === 0) {
      open.domain = this.#domains++;
      open.nodesLeft = Math.max(1, Math.floor(gpusPerDomain / gpusPerNode));
      this.#openDomains.set(gpu, open);
    }
    open.nodesLeft -= 1;
    const place = { node: number, rack: Math.floor(number / this.#nodesPerRack), domain: open.domain };
    const node: Node = { gpu, place, free: gpusPerNode };
    this.#nodes.push(node);
    return node;
  }
}
