/**
 * A network of links shared max-min fairly. A flow crosses one or more links; at any time rates are such that no flow can
 * gain without taking from one that has no more. Rates are recomputed when a flow starts or ends (progressive filling), and
 * between those instants every flow moves at a constant rate, so completion times are exact.
 */
import { assert } from '../../src/core/check.ts';
import { GRID_PER_US, gridUs } from '../kernel/kernel.ts';

interface Flow {
  readonly tag: number;
  readonly links: readonly number[];
  /** Bytes still to move. */
  leftBytes: number;
  /** Starts moving once its base latency has passed. */
  readonly startUs: number;
  moving: boolean;
  rateBytesPerUs: number;
}

/** Links and the flows on them. Bandwidths in bytes per µs (1 GB/s = 1,000 bytes/µs). */
export class FairShareNetwork {
  readonly #names: string[] = [];
  readonly #capacity: number[] = [];
  /** Bytes carried per link, for utilisation. */
  readonly #carried: number[] = [];
  /** Moving flows per link. */
  readonly #users: number[] = [];
  readonly #flows: Flow[] = [];
  /** While rates are shared out: flows without one, and per link of theirs the room and the flows left. */
  readonly #open: Flow[] = [];
  readonly #room: number[] = [];
  readonly #openUsers: number[] = [];
  #nowUs = 0;

  /** Adds a link of `bytesPerUs` and returns its number. Equal links have one `name` in reports. */
  addLink(bytesPerUs: number, name = 'link'): number {
    assert(bytesPerUs > 0, 'a link carries nothing');
    this.#names.push(name);
    this.#capacity.push(bytesPerUs);
    this.#carried.push(0);
    this.#users.push(0);
    this.#room.push(0);
    this.#openUsers.push(0);
    return this.#capacity.length - 1;
  }

  /** From now on the link carries so much; flows on it are shared out anew. */
  setCapacity(link: number, bytesPerUs: number, nowUs: number): void {
    assert(bytesPerUs > 0, 'a link carries nothing');
    this.#advance(nowUs);
    this.#capacity[link] = bytesPerUs;
    if (this.#users[link]! > 0) this.#share();
  }

  /** Bytes that a link has carried so far. */
  carriedBytes(link: number): number {
    return this.#carried[link]!;
  }

  /** All links and what they have carried so far. */
  usage(): { name: string; bytesPerUs: number; bytes: number }[] {
    return this.#names.map((name, link) => ({
      name,
      bytesPerUs: this.#capacity[link]!,
      bytes: this.#carried[link]!,
    }));
  }

  /** Flows in the network, those still in their base latency included. */
  get flows(): number {
    return this.#flows.length;
  }

  /** Starts a flow of `bytes` over `links`; `tag` comes back from `collect` when it is through. */
  begin(tag: number, links: readonly number[], bytes: number, baseUs: number, nowUs: number): void {
    this.#advance(nowUs);
    const startUs = nowUs + baseUs;
    const flow: Flow = { tag, links, leftBytes: bytes, startUs, moving: false, rateBytesPerUs: 0 };
    this.#flows.push(flow);
    this.#startDue();
  }

  /** Grid time of the next start or completion, or Infinity. */
  nextUs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const flow of this.#flows) {
      const at = flow.moving ? this.#nowUs + flow.leftBytes / flow.rateBytesPerUs : flow.startUs;
      if (at < next) next = at;
    }
    return next === Number.POSITIVE_INFINITY ? next : Math.max(gridUs(next), this.#nowUs);
  }

  /** Moves time on to `nowUs`; appends the tags of flows that are through, in order of their start. */
  collect(nowUs: number, done: number[]): void {
    this.#advance(nowUs);
    let kept = 0;
    let disturbed = false;
    for (const flow of this.#flows) {
      // Less than what moves in one grid tick is rounding noise of the grid.
      if (flow.moving && flow.leftBytes <= flow.rateBytesPerUs / GRID_PER_US) {
        this.#carry(flow, flow.leftBytes);
        if (this.#leave(flow)) disturbed = true;
        done.push(flow.tag);
      } else {
        this.#flows[kept++] = flow;
      }
    }
    while (this.#flows.length > kept) this.#flows.pop();
    if (disturbed) this.#share();
    this.#startDue();
  }

  /** Drops a flow (its sender or receiver is gone); false when it is not there. */
  cancel(tag: number, nowUs: number): boolean {
    this.#advance(nowUs);
    const index = this.#flows.findIndex((flow) => flow.tag === tag);
    if (index < 0) return false;
    const [flow] = this.#flows.splice(index, 1);
    if (flow!.moving && this.#leave(flow!)) this.#share();
    return true;
  }

  #advance(nowUs: number): void {
    const elapsed = nowUs - this.#nowUs;
    if (elapsed > 0) {
      for (const flow of this.#flows) {
        if (!flow.moving) continue;
        const moved = Math.min(flow.leftBytes, flow.rateBytesPerUs * elapsed);
        this.#carry(flow, moved);
      }
    }
    this.#nowUs = Math.max(this.#nowUs, nowUs);
  }

  #carry(flow: Flow, bytes: number): void {
    flow.leftBytes -= bytes;
    for (const link of flow.links) this.#carried[link] = this.#carried[link]! + bytes;
  }

  #startDue(): void {
    let disturbed = false;
    for (const flow of this.#flows) {
      if (flow.moving || gridUs(flow.startUs) > this.#nowUs) continue;
      flow.moving = true;
      if (this.#join(flow)) disturbed = true;
    }
    if (disturbed) this.#share();
  }

  /** Counts a flow in on its links; false when it has them to itself, and so its rate at once. */
  #join(flow: Flow): boolean {
    let shared = false;
    flow.rateBytesPerUs = Number.POSITIVE_INFINITY;
    for (const link of flow.links) {
      if (this.#users[link]! > 0) shared = true;
      this.#users[link] = this.#users[link]! + 1;
      flow.rateBytesPerUs = Math.min(flow.rateBytesPerUs, this.#capacity[link]!);
    }
    return shared;
  }

  /** Counts a flow out; true when others use its links and now have more room. */
  #leave(flow: Flow): boolean {
    let shared = false;
    for (const link of flow.links) {
      this.#users[link] = this.#users[link]! - 1;
      if (this.#users[link]! > 0) shared = true;
    }
    return shared;
  }

  /** Progressive filling: the link with the least room per flow fixes the rate of its flows, again and again. */
  #share(): void {
    const open = this.#open;
    const room = this.#room;
    const users = this.#openUsers;
    for (const flow of this.#flows) {
      if (!flow.moving) continue;
      open.push(flow);
      for (const link of flow.links) {
        room[link] = this.#capacity[link]!;
        users[link] = this.#users[link]!;
      }
    }
    while (open.length > 0) this.#fill(this.#tightest());
  }

  /** Of the links of open flows the one with the least room per flow. */
  #tightest(): number {
    let tightest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const flow of this.#open) {
      for (const link of flow.links) {
        const fair = this.#room[link]! / this.#openUsers[link]!;
        if (fair < least) {
          least = fair;
          tightest = link;
        }
      }
    }
    return tightest;
  }

  /** Gives the open flows of a link their rate, takes it from all their links, and closes them. */
  #fill(tightest: number): void {
    const open = this.#open;
    const room = this.#room;
    const users = this.#openUsers;
    const rate = room[tightest]! / users[tightest]!;
    let kept = 0;
    for (const flow of open) {
      if (!flow.links.includes(tightest)) {
        open[kept++] = flow;
        continue;
      }
      flow.rateBytesPerUs = rate;
      for (const link of flow.links) {
        room[link] = Math.max(0, room[link]! - rate);
        users[link] = users[link]! - 1;
      }
    }
    while (open.length > kept) open.pop();
  }
}
