/**
 * A network of links shared max-min fairly. A flow crosses one or more links; at any time rates are such that no flow can
 * gain without taking from one that has no more. Rates are recomputed when a flow starts or ends (progressive filling), and
 * between those instants every flow moves at a constant rate, so completion times are exact. A flow that has its links to
 * itself has the rate of the narrowest; only those that share some are looked at.
 *
 *   flow i, in order of `begin`; the first `#count`
 *     tag      Float64   what `collect` names it by
 *     start    Float64   grid time at which it starts to move, its base latency being over, µs
 *     rate     Float64   bytes per µs; NaN: does not move yet
 *     left     Float64   bytes still to move
 *     links    object    numbers of its links
 *   link l
 *     capacity, carried   bytes per µs; bytes carried, for utilisation
 *     users               moving flows
 *     room, openUsers     while rates are shared out: what is left of it, and for how many flows
 */
import { assert } from '../../src/core/check.ts';
import { GRID_PER_US, gridUs } from '../kernel/kernel.ts';

/** Links and the flows on them. Bandwidths in bytes per µs (1 GB/s = 1,000 bytes/µs). */
export class FairShareNetwork {
  readonly #names: string[] = [];
  readonly #capacity: number[] = [];
  readonly #carried: number[] = [];
  readonly #users: number[] = [];
  readonly #room: number[] = [];
  readonly #openUsers: number[] = [];
  #count = 0;
  /** Flows that do not move yet. */
  #waiting = 0;
  // 16 flows in flight before the first doubling: a small fleet.
  #tag = new Float64Array(16);
  #start = new Float64Array(16);
  #rate = new Float64Array(16);
  #left = new Float64Array(16);
  readonly #links: (readonly number[])[] = [];
  /** While rates are shared out, flows without one: open[0 .. openCount). */
  #open = new Int32Array(16);
  #openCount = 0;
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
    return this.#count;
  }

  /** Starts a flow of `bytes` over `links`; `tag` comes back from `collect` when it is through. */
  begin(tag: number, links: readonly number[], bytes: number, baseUs: number, nowUs: number): void {
    this.#advance(nowUs);
    const flow = this.#count++;
    if (flow === this.#tag.length) this.#grow();
    this.#tag[flow] = tag;
    this.#start[flow] = gridUs(nowUs + baseUs);
    this.#rate[flow] = Number.NaN;
    this.#left[flow] = bytes;
    this.#links[flow] = links;
    this.#waiting += 1;
    if (this.#startDue()) this.#share();
  }

  /** Grid time of the next start or completion, or Infinity. */
  nextUs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (let flow = 0; flow < this.#count; flow++) {
      const rate = this.#rate[flow]!;
      const at = Number.isNaN(rate) ? this.#start[flow]! : this.#nowUs + this.#left[flow]! / rate;
      if (at < next) next = at;
    }
    return next === Number.POSITIVE_INFINITY ? next : Math.max(gridUs(next), this.#nowUs);
  }

  /** Moves time on to `nowUs`; appends the tags of flows that are through, in order of their start. */
  collect(nowUs: number, done: number[]): void {
    this.#advance(nowUs);
    const count = this.#count;
    let kept = 0;
    let disturbed = false;
    for (let flow = 0; flow < count; flow++) {
      // Less than what moves in one grid tick is rounding noise of the grid.
      if (this.#left[flow]! <= this.#rate[flow]! / GRID_PER_US) {
        this.#carry(flow, this.#left[flow]!);
        if (this.#leave(flow)) disturbed = true;
        done.push(this.#tag[flow]!);
      } else {
        this.#move(flow, kept++);
      }
    }
    this.#count = kept;
    if (this.#startDue() || disturbed) this.#share();
  }

  /** Drops a flow (its sender or receiver is gone); false when it is not there. */
  cancel(tag: number, nowUs: number): boolean {
    this.#advance(nowUs);
    const count = this.#count;
    let gone = 0;
    while (gone < count && this.#tag[gone] !== tag) gone++;
    if (gone === count) return false;
    const moves = !Number.isNaN(this.#rate[gone]!);
    const disturbed = moves && this.#leave(gone);
    if (!moves) this.#waiting -= 1;
    for (let flow = gone + 1; flow < count; flow++) this.#move(flow, flow - 1);
    this.#count = count - 1;
    if (disturbed) this.#share();
    return true;
  }

  #advance(nowUs: number): void {
    const elapsed = nowUs - this.#nowUs;
    if (elapsed <= 0) return;
    this.#nowUs = nowUs;
    for (let flow = 0; flow < this.#count; flow++) {
      const rate = this.#rate[flow]!;
      if (!Number.isNaN(rate)) this.#carry(flow, Math.min(this.#left[flow]!, rate * elapsed));
    }
  }

  #carry(flow: number, bytes: number): void {
    this.#left[flow] = this.#left[flow]! - bytes;
    for (const link of this.#links[flow]!) this.#carried[link] = this.#carried[link]! + bytes;
  }

  /** Flows whose base latency is over begin to move; true when one of them shares a link with others. */
  #startDue(): boolean {
    let disturbed = false;
    for (let flow = 0; this.#waiting > 0 && flow < this.#count; flow++) {
      if (!Number.isNaN(this.#rate[flow]!) || this.#start[flow]! > this.#nowUs) continue;
      if (this.#join(flow)) disturbed = true;
    }
    return disturbed;
  }

  /** Counts a flow in on its links; false when it has them to itself, and so its rate at once. */
  #join(flow: number): boolean {
    let shared = false;
    for (const link of this.#links[flow]!) {
      if (this.#users[link]! > 0) shared = true;
      this.#users[link] = this.#users[link]! + 1;
    }
    this.#rate[flow] = this.#narrowest(flow);
    this.#waiting -= 1;
    return shared;
  }

  /** Capacity of the narrowest link of a flow. */
  #narrowest(flow: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (const link of this.#links[flow]!) least = Math.min(least, this.#capacity[link]!);
    return least;
  }

  #isAlone(flow: number): boolean {
    for (const link of this.#links[flow]!) if (this.#users[link]! > 1) return false;
    return true;
  }

  /** Counts a flow out; true when others use its links and now have more room. */
  #leave(flow: number): boolean {
    let shared = false;
    for (const link of this.#links[flow]!) {
      this.#users[link] = this.#users[link]! - 1;
      if (this.#users[link]! > 0) shared = true;
    }
    return shared;
  }

  /** Progressive filling: the link with the least room per flow fixes the rate of its flows, again and again. */
  #share(): void {
    this.#openCount = 0;
    for (let flow = 0; flow < this.#count; flow++) {
      if (Number.isNaN(this.#rate[flow]!)) continue;
      if (this.#isAlone(flow)) {
        this.#rate[flow] = this.#narrowest(flow);
        continue;
      }
      this.#open[this.#openCount++] = flow;
      for (const link of this.#links[flow]!) {
        this.#room[link] = this.#capacity[link]!;
        this.#openUsers[link] = this.#users[link]!;
      }
    }
    while (this.#openCount > 0) this.#fill(this.#tightest());
  }

  /** Of the links of open flows the one with the least room per flow. */
  #tightest(): number {
    let tightest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#openCount; i++) {
      for (const link of this.#links[this.#open[i]!]!) {
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
    for (let i = 0; i < this.#openCount; i++) {
      const flow = open[i]!;
      const links = this.#links[flow]!;
      if (!links.includes(tightest)) {
        open[kept++] = flow;
        continue;
      }
      this.#rate[flow] = rate;
      for (const link of links) {
        room[link] = Math.max(0, room[link]! - rate);
        users[link] = users[link]! - 1;
      }
    }
    this.#openCount = kept;
  }

  /** Flow `from` takes the place of another. */
  #move(from: number, to: number): void {
    if (from === to) return;
    this.#tag[to] = this.#tag[from]!;
    this.#start[to] = this.#start[from]!;
    this.#rate[to] = this.#rate[from]!;
    this.#left[to] = this.#left[from]!;
    this.#links[to] = this.#links[from]!;
  }

  #grow(): void {
    const wide = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const array = new Float64Array(2 * old.length);
      array.set(old);
      return array;
    };
    this.#tag = wide(this.#tag);
    this.#start = wide(this.#start);
    this.#rate = wide(this.#rate);
    this.#left = wide(this.#left);
    this.#open = new Int32Array(this.#left.length);
  }
}
