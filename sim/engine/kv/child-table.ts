/**
 * Children of all nodes of one tree, by parent and key: one open-addressing table in place of a Map per node, since most nodes of
 * a prefix tree have a single child and come and go by the million. Linear probing, backward-shift deletion.
 *
 *   slot s   hash    Int32    of (parent, key)
 *            node    object   undefined when empty
 */

/** A node as the table sees it. While it is in the table only the table writes `children`, and nobody writes the others. */
export interface TreeNode<N> {
  /** Tells the nodes of a tree apart. */
  readonly serial: number;
  parent: N | null;
  /** Tells the children of a node apart; an integer below 2^53. */
  key: number;
  /** Number of children. */
  children: number;
}

export class ChildTable<N extends TreeNode<N>> {
  #size = 0;
  // 64 slots, at most half full.
  #hashes = new Int32Array(64);
  #nodes = new Array<N | undefined>(64).fill(undefined);

  /** The child of `parent` with that key. */
  get(parent: N, key: number): N | undefined {
    const nodes = this.#nodes;
    const mask = nodes.length - 1;
    for (let s = hashOf(parent.serial, key) & mask; ; s = (s + 1) & mask) {
      const node = nodes[s];
      if (node === undefined || (node.key === key && node.parent === parent)) return node;
    }
  }

  /** Enters a node as the child of its parent; none with its key must be there. */
  add(node: N): void {
    const parent = node.parent!;
    parent.children += 1;
    this.#size += 1;
    if (2 * this.#size > this.#nodes.length) this.#grow();
    this.#place(node, hashOf(parent.serial, node.key));
  }

  /** Takes a node out; it must be there. */
  delete(node: N): void {
    const parent = node.parent!;
    parent.children -= 1;
    this.#size -= 1;
    const nodes = this.#nodes;
    const hashes = this.#hashes;
    const mask = nodes.length - 1;
    let hole = hashOf(parent.serial, node.key) & mask;
    while (nodes[hole] !== node) hole = (hole + 1) & mask;
    for (let s = (hole + 1) & mask; nodes[s] !== undefined; s = (s + 1) & mask) {
      // A node moves into the hole unless its home lies behind the hole.
      if (((s - hashes[s]!) & mask) < ((s - hole) & mask)) continue;
      nodes[hole] = nodes[s];
      hashes[hole] = hashes[s]!;
      hole = s;
    }
    nodes[hole] = undefined;
  }

  #place(node: N, hash: number): void {
    const nodes = this.#nodes;
    const mask = nodes.length - 1;
    let s = hash & mask;
    while (nodes[s] !== undefined) s = (s + 1) & mask;
    nodes[s] = node;
    this.#hashes[s] = hash;
  }

  #grow(): void {
    const nodes = this.#nodes;
    const hashes = this.#hashes;
    this.#nodes = new Array<N | undefined>(nodes.length * 2).fill(undefined);
    this.#hashes = new Int32Array(nodes.length * 2);
    for (const [s, node] of nodes.entries()) if (node !== undefined) this.#place(node, hashes[s]!);
  }
}

function hashOf(serial: number, key: number): number {
  const mixed = Math.imul(key ^ Math.imul(serial, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
