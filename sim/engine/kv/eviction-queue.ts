/** Nodes of a cache in the order in which they are evicted, linked through themselves: joining and leaving cost the same anywhere. */

/** What stands in a queue; in one at a time. */
export interface Queued<Node> {
  before: Node | null;
  after: Node | null;
}

/** A queue, first to go at its head. */
export class EvictionQueue<Node extends Queued<Node>> {
  head: Node | null = null;
  tail: Node | null = null;

  append(node: Node): void {
    node.before = this.tail;
    node.after = null;
    if (this.tail === null) this.head = node;
    else this.tail.after = node;
    this.tail = node;
  }

  /** `node` goes just after `place`. */
  insertAfter(node: Node, place: Node): void {
    node.before = place;
    node.after = place.after;
    if (place.after === null) this.tail = node;
    else place.after.before = node;
    place.after = node;
  }

  remove(node: Node): void {
    if (node.before === null) this.head = node.after;
    else node.before.after = node.after;
    if (node.after === null) this.tail = node.before;
    else node.after.before = node.before;
    node.before = null;
    node.after = null;
  }
}
