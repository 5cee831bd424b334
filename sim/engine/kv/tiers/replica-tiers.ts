/**
 * The tiers of one engine instance, nearest first: host memory and disk of its own, then the store that it shares. A load takes
 * each stretch of a sequence from the nearest tier that has it, all stretches at once; a put goes to every tier that lacks
 * the chunks. Bytes move as flows of the network, so that they share links with each other and with everything else.
 */
import type { SimRequest } from '../../../workload/request.ts';
import type { CachedSequence } from '../block-pool.ts';
import type { KvTiers } from './kv-tiers.ts';
import type { Tier } from './tier.ts';
import type { TierNode, TierPut } from './tier-cache.ts';

/** Moves bytes in simulated time. */
export interface Transport {
  /** `bytes` start to move over `links` after `baseUs`; returns a handle for `stop`. */
  move(
    links: readonly number[],
    bytes: number,
    baseUs: number,
    nowUs: number,
    onDone: (nowUs: number) => void,
  ): number;
  stop(handle: number, nowUs: number): void;
  /** Calls back at `atUs`. */
  later(atUs: number, onTime: (nowUs: number) => void): void;
}

/** Links of the instance on the way to a tier, in both directions. */
export interface TierPath {
  readonly tier: Tier;
  readonly readLinks: readonly number[];
  readonly writeLinks: readonly number[];
}

/** A stretch of a sequence that one tier gives. */
interface Stretch {
  readonly tier: Tier;
  readonly links: readonly number[];
  readonly fromTokens: number;
  readonly toTokens: number;
}

interface Read {
  readonly tier: Tier;
  readonly leaf: TierNode;
  readonly handle: number;
}

interface Load {
  readonly reads: Read[];
  left: number;
}

interface Write {
  readonly tier: Tier;
  readonly put: TierPut;
}

/** Tiers of one instance. */
export class ReplicaTiers implements KvTiers {
  readonly #paths: readonly TierPath[];
  readonly #transport: Transport;
  readonly #onReady: (request: SimRequest, nowUs: number) => void;
  readonly #plan: Stretch[] = [];
  readonly #loads = new Map<SimRequest, Load>();
  /** Puts of requests into a shared store that others cannot find yet, and what is to be done once they can. */
  readonly #unseen = new Map<SimRequest, { puts: number; onSeen: ((nowUs: number) => void) | null }>();
  /** Puts on their way, by transport handle. */
  readonly #writes = new Map<number, Write>();

  /** `onReady`: a load is through. */
  constructor(
    paths: readonly TierPath[],
    transport: Transport,
    onReady: (request: SimRequest, nowUs: number) => void,
  ) {
    this.#paths = paths;
    this.#transport = transport;
    this.#onReady = onReady;
  }

  lookup(request: SimRequest, outputTokens: number, fromTokens: number, capTokens: number): number {
    const sequence = sequenceOf(request, outputTokens);
    this.#plan.length = 0;
    let reached = fromTokens;
    for (const { tier, readLinks } of this.#paths) {
      const toTokens = tier.lookup(sequence, capTokens);
      if (toTokens <= reached) continue;
      this.#plan.push({ tier, links: readLinks, fromTokens: reached, toTokens });
      reached = toTokens;
    }
    return reached;
  }

  load(request: SimRequest, nowUs: number, isFirst: boolean): void {
    const load: Load = { reads: [], left: this.#plan.length };
    this.#loads.set(request, load);
    for (const stretch of this.#plan) {
      const { tier, links, fromTokens, toTokens } = stretch;
      // Content ids settle what is read; how much of the output is there does not matter below `toTokens`.
      const sequence = sequenceOf(request, Math.max(0, toTokens - request.promptTokens));
      const bytes = (toTokens - fromTokens) * tier.setup.bytesPerToken;
      tier.expireLeases(nowUs);
      if (isFirst) tier.meters.hitTokens += toTokens - fromTokens;
      tier.meters.loadedBytes += bytes;
      const leaf = tier.beginRead(sequence, toTokens, nowUs);
      const handle = this.#transport.move(links, bytes, tier.setup.baseUs, nowUs, (doneUs) => {
        tier.expireLeases(doneUs);
        tier.cache.unpin(leaf);
        load.reads.splice(load.reads.indexOf(read), 1);
        this.#promote(tier, sequence, toTokens, doneUs);
        load.left -= 1;
        if (load.left > 0) return;
        this.#loads.delete(request);
        this.#onReady(request, doneUs);
      });
      const read: Read = { tier, leaf, handle };
      load.reads.push(read);
    }
  }

  cancel(request: SimRequest, nowUs: number): void {
    const load = this.#loads.get(request);
    if (load === undefined) return;
    this.#loads.delete(request);
    this.#endReads(load, nowUs);
  }

  store(request: SimRequest, outputTokens: number, computedTokens: number, nowUs: number): void {
    const sequence = sequenceOf(request, outputTokens);
    for (const { tier, writeLinks } of this.#paths) {
      if (tier.setup.stores === 'prompt' && computedTokens > request.promptTokens) continue;
      this.#put(tier, writeLinks, request, sequence, computedTokens, nowUs);
    }
  }

  /** Calls back once what has been stored of the request can be found in the shared store; at once if it can. */
  whenStored(request: SimRequest, nowUs: number, then: (nowUs: number) => void): void {
    const unseen = this.#unseen.get(request);
    if (unseen === undefined) then(nowUs);
    else unseen.onSeen = then;
  }

  #seen(request: SimRequest, nowUs: number): void {
    const unseen = this.#unseen.get(request)!;
    unseen.puts -= 1;
    if (unseen.puts > 0) return;
    this.#unseen.delete(request);
    unseen.onSeen?.(nowUs);
  }

  /** The instance is gone: its own tiers with it, and what it was reading from and writing to shared ones. */
  down(nowUs: number): void {
    for (const load of this.#loads.values()) this.#endReads(load, nowUs);
    this.#loads.clear();
    for (const [handle, { tier, put }] of this.#writes) {
      this.#transport.stop(handle, nowUs);
      tier.cache.abandonPut(put);
    }
    this.#writes.clear();
    this.#unseen.clear();
  }

  #endReads(load: Load, nowUs: number): void {
    for (const { tier, leaf, handle } of load.reads) {
      this.#transport.stop(handle, nowUs);
      tier.cache.unpin(leaf);
    }
    load.reads.length = 0;
  }

  #put(
    tier: Tier,
    links: readonly number[],
    request: SimRequest,
    sequence: CachedSequence,
    tokens: number,
    nowUs: number,
  ): void {
    tier.expireLeases(nowUs);
    const { evicted } = tier.cache;
    const put = tier.cache.startPut(sequence, tokens);
    if (tier.cache.evicted > evicted) tier.changed(nowUs, this);
    if (put === null) return;
    const { chunkTokens, bytesPerToken, baseUs, visibleAfterUs } = tier.setup;
    const bytes = put.chunks * chunkTokens * bytesPerToken;
    const isShared = tier.setup.kind === 'store';
    if (isShared) {
      const unseen = this.#unseen.get(request);
      if (unseen === undefined) this.#unseen.set(request, { puts: 1, onSeen: null });
      else unseen.puts += 1;
    }
    const finish = (atUs: number): void => {
      tier.cache.finishPut(put);
      tier.changed(atUs, null);
      if (isShared && this.#unseen.has(request)) this.#seen(request, atUs);
    };
    const handle = this.#transport.move(links, bytes, baseUs, nowUs, (doneUs) => {
      this.#writes.delete(handle);
      tier.meters.storedBytes += bytes;
      if (visibleAfterUs > 0) this.#transport.later(doneUs + visibleAfterUs, finish);
      else finish(doneUs);
    });
    this.#writes.set(handle, { tier, put });
  }

  /** What comes from below passes through the nearer tiers, and stays there. */
  #promote(from: Tier, sequence: CachedSequence, tokens: number, nowUs: number): void {
    for (const { tier } of this.#paths) {
      if (tier === from) return;
      tier.expireLeases(nowUs);
      const put = tier.cache.startPut(sequence, tokens);
      if (put === null) continue;
      tier.cache.finishPut(put);
      tier.changed(nowUs, null);
    }
  }
}

function sequenceOf(request: SimRequest, outputTokens: number): CachedSequence {
  return { prompt: request.prompt, outputId: request.outputContentId, outputTokens };
}
