/**
 * The way of a request's KV from its prefill instance to its decode instance, and all that can go wrong with it:
 *
 *   none -> held (prefill leg done, its blocks wait) -> moving (the decode side has asked) -> here
 *                     \ lost (the prefill side is gone) \ failed
 *
 * Engines that push (SGLang) turn it round: none -> room (the decode side has taken memory, and the prefill may start) -> moving
 * (chunks are under way, also while the prefill goes on) -> here. A push that fails ends the attempt.
 *
 * Through a store (`fleet.kvStore.handover`) nobody asks: held until what the prefill leg wrote can be found, then here. The decode
 * side reads the store as it reads any tier and computes what is not there.
 *
 * A failed load is the decode engine's to deal with (`kv_load_failure_policy` in vLLM): the request fails, or its prompt is
 * computed again where it is. The prefill side hears nothing of it and keeps the blocks until their lease ends; of a client
 * that has gone it hears at once.
 */
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { SimRequest } from '../workload/request.ts';
import type { Fabric } from './fabric.ts';
import { KvTransfers } from './kv-transfers.ts';
import { LinkFaults } from './link-faults.ts';
import type { Replica } from './replica.ts';
import type { ReplicaSet } from './replica-set.ts';

const CODE_FAILED = 1;
const CODE_LEASE = 2;

/** What the handover tells its cluster. */
export interface HandoverEvents {
  request(id: number): SimRequest | undefined;
  /** The decode engine gives the request up. */
  lost(request: SimRequest, reason: string, nowUs: number): void;
  /** What the store has of the request can be read. */
  stored(request: SimRequest, nowUs: number): void;
  /** The prefill side has nothing of the request any more. */
  leftPrefill(request: SimRequest, nowUs: number): void;
}

/** All handovers of a run. */
export class KvHandover implements Component {
  readonly transfers: KvTransfers;
  readonly faults = new LinkFaults();
  /** Transfer time by pool, summed over transfers into it, µs. */
  readonly transferUsByPool: number[];
  readonly #kernel: Kernel;
  readonly #target: number;
  readonly #events: HandoverEvents;
  readonly #viaStore: boolean;
  readonly #set: () => ReplicaSet;
  readonly #fabric: () => Fabric;
  /** Blocks left behind on prefill instances, by lease number; null once they are free. */
  readonly #leases: ({ readonly replica: Replica; readonly request: SimRequest } | null)[] = [];

  /** `around`: what is built once the network is there. */
  constructor(
    kernel: Kernel,
    pools: number,
    around: { set(): ReplicaSet; fabric(): Fabric },
    events: HandoverEvents,
    viaStore = false,
  ) {
    this.#viaStore = viaStore;
    this.#kernel = kernel;
    this.#target = kernel.register(this);
    this.transfers = new KvTransfers(kernel, (id, nowUs) => this.#through(id, nowUs));
    this.transferUsByPool = new Array<number>(pools).fill(0);
    this.#set = around.set;
    this.#fabric = around.fabric;
    this.#events = events;
  }

  /** The decode engine asks for `tokens` of the prompt's KV. Called from within the engine: answers come later. */
  ask(request: SimRequest, tokens: number, nowUs: number): void {
    const { course } = request;
    const from = this.#set().all[course.prefillEndpoint]!;
    const to = this.#set().all[course.endpoint]!;
    if (this.isPushed(request)) {
      course.kv = 'room';
      from.peerReady(request, nowUs);
      return;
    }
    const { links, baseUs } = this.#fabric().between(from, to);
    course.transferSinceUs = nowUs;
    if (tokens === 0) {
      // All of it was in the decode side's own cache.
      if (!from.isDown) from.release(request, nowUs);
      course.kv = 'here';
      this.#events.leftPrefill(request, nowUs);
      return;
    }
    if (course.kv === 'lost' || this.isCut(from, to)) {
      course.kv = 'moving';
      course.kvFails = true;
      const atUs = gridUs(nowUs + baseUs);
      this.#kernel.at(atUs, PHASE.transferDone, this.#target, CODE_FAILED, request.request.id);
      return;
    }
    course.kv = 'moving';
    const share = this.faults.shareUntilError(to);
    course.kvFails = share < 1;
    const bytes = this.#bytesInto(to, tokens) * share;
    this.transfers.begin(request.request.id, links, bytes, baseUs, nowUs);
  }

  /** A prefill leg has ended whose KV goes through the store. Called from within the engine. */
  store(request: SimRequest, nowUs: number): void {
    const { course } = request;
    const { attempts } = course;
    course.kv = 'held';
    this.#set().all[course.prefillEndpoint]!.whenStored(request, nowUs, (atUs) => {
      if (course.kv === 'held' && course.attempts === attempts) this.#stored(request, atUs);
    });
  }

  #stored(request: SimRequest, nowUs: number): void {
    const { course } = request;
    this.#moved(request, nowUs - course.transferSinceUs);
    course.kv = 'stored';
    this.#events.stored(request, nowUs);
  }

  /** The decode side has been told of a request whose KV is in the store: the prefill side is done with it. */
  takenFromStore(request: SimRequest, nowUs: number): void {
    const { course } = request;
    course.kv = 'here';
    const from = this.#set().all[course.prefillEndpoint]!;
    if (!from.isDown) from.release(request, nowUs);
    this.#events.leftPrefill(request, nowUs);
  }

  #moved({ course }: SimRequest, durationUs: number): void {
    const { pool } = this.#set().all[course.endpoint]!;
    course.transferUs += durationUs;
    course.attemptTransferUs += durationUs;
    this.transferUsByPool[pool] = this.transferUsByPool[pool]! + durationUs;
  }

  /** The prefill engine sends the KV of `tokens` more; `isLast`: of all. Called from within the engine. */
  push(request: SimRequest, tokens: number, isLast: boolean, nowUs: number): void {
    const { course } = request;
    const from = this.#set().all[course.prefillEndpoint]!;
    const to = this.#set().all[course.endpoint]!;
    const { links, baseUs } = this.#fabric().between(from, to);
    if (course.kv === 'room') {
      course.kv = 'moving';
      course.kvFails = this.faults.shareUntilError(to) < 1;
    }
    if (this.isCut(from, to)) {
      course.kvFails = true;
      const atUs = gridUs(nowUs + baseUs);
      this.#kernel.at(atUs, PHASE.transferDone, this.#target, CODE_FAILED, request.request.id);
      return;
    }
    const { id } = request.request;
    this.transfers.push(id, links, this.#bytesInto(to, tokens), baseUs, isLast, nowUs);
  }

  /** Whether the request's KV is pushed by its prefill engine. */
  isPushed({ course }: SimRequest): boolean {
    return course.prefillEndpoint >= 0 && this.#set().all[course.endpoint]!.engine.pushesKv === true;
  }

  /** Each rank of the receiver gets the heads that it keeps, from whichever sender: its replicas count, the sender's do not. */
  #bytesInto(to: Replica, tokens: number): number {
    return tokens * this.#set().setupOf(to.index).kvBytesPerToken;
  }

  /** Whether the way between two instances is cut now; one within a scale-up domain needs no NIC. */
  isCut(from: Replica, to: Replica): boolean {
    if (!this.faults.hasCuts) return false;
    const usesNic = this.#fabric().between(from, to).links.includes(from.egress);
    return this.faults.isCut(from, to, usesNic);
  }

  /** Stops what moves for a request that ends or is lost. */
  cancel(request: SimRequest, nowUs: number): void {
    if (request.course.kv === 'moving') this.transfers.cancel(request.request.id, nowUs);
  }

  /** The prefill instance is gone, with KV that the request still needs. */
  prefillLost(request: SimRequest, nowUs: number): void {
    const { course } = request;
    // What it was writing ends with it; the store keeps what was through.
    if (course.kv === 'held' && this.#viaStore) this.#stored(request, nowUs);
    else if (course.kv === 'held') course.kv = 'lost';
    else if (course.kv === 'moving') this.fail(request, 'the prefill instance crashed', nowUs);
  }

  /** The load in progress fails. */
  fail(request: SimRequest, reason: string, nowUs: number): void {
    const { course } = request;
    this.cancel(request, nowUs);
    if (this.isPushed(request)) {
      course.kvFails = false;
      this.#events.lost(request, `KV transfer failed: ${reason}`, nowUs);
      return;
    }
    this.leaveBehind(request, nowUs);
    course.kv = 'here';
    course.kvFails = false;
    const to = this.#set().all[course.endpoint]!;
    this.#events.leftPrefill(request, nowUs);
    if (this.#set().setupOf(to.index).engine.remoteKv?.onLoadFailure === 'recompute') {
      to.remoteReady(request, false, nowUs);
    } else {
      this.#events.lost(request, `KV load failed: ${reason}`, nowUs);
    }
  }

  /** The prefill side keeps the request's blocks until their lease ends, as nobody tells it that they are not needed. */
  leaveBehind(request: SimRequest, nowUs: number): void {
    const replica = this.#set().all[request.course.prefillEndpoint]!;
    if (replica.isDown) return;
    const leaseUs = (this.#set().setupOf(replica.index).engine.remoteKv?.leaseS ?? 0) * 1e6;
    const number = this.#leases.push({ replica, request }) - 1;
    this.#kernel.at(gridUs(nowUs + leaseUs), PHASE.transferDone, this.#target, CODE_LEASE, number);
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    if (code === CODE_LEASE) {
      const { replica, request } = this.#leases[arg]!;
      this.#leases[arg] = null;
      if (!replica.isDown) replica.release(request, nowUs);
      return;
    }
    const request = this.#events.request(arg);
    // Ended, or asked again by a later attempt, meanwhile.
    if (request === undefined || request.course.kv !== 'moving' || !request.course.kvFails) return;
    this.fail(request, 'no connection to the prefill instance', nowUs);
  }

  #through(id: number, nowUs: number): void {
    const request = this.#events.request(id)!;
    const { course } = request;
    if (course.kvFails) {
      this.fail(request, 'transfer error', nowUs);
      return;
    }
    this.#moved(request, nowUs - course.transferSinceUs);
    course.kv = 'here';
    const from = this.#set().all[course.prefillEndpoint]!;
    const to = this.#set().all[course.endpoint]!;
    if (!from.isDown) from.release(request, nowUs);
    this.#events.leftPrefill(request, nowUs);
    to.remoteReady(request, true, nowUs);
  }
}
