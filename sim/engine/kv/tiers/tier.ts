/**
 * One KV tier in simulated time: contents, links to and from it, leases. Engine instances share it when it is a store of the
 * fleet. Sizes in bytes, times in µs.
 */
import type { CachedSequence } from '../block-pool.ts';
import { TierCache, type TierNode } from './tier-cache.ts';

/** Kinds of tiers, nearest first. */
export type TierKind = 'cpu' | 'disk' | 'store';

/** What a tier writes: prompts, or outputs too once they are complete. */
export type TierStores = 'prompt' | 'all';

/** A tier's settings. */
export interface TierSetup {
  readonly kind: TierKind;
  readonly capacityBytes: number;
  /** Granularity of puts and hits, tokens. */
  readonly chunkTokens: number;
  /** Bytes that a token takes in it. */
  readonly bytesPerToken: number;
  /** Bandwidth of the tier itself, bytes per µs; Infinity: only the links to it bind. */
  readonly readBytesPerUs: number;
  readonly writeBytesPerUs: number;
  /** Look-up and set-up of one load or put, µs. */
  readonly baseUs: number;
  readonly stores: TierStores;
  /** What was read stays protected from eviction so long. */
  readonly leaseUs: number;
  /** From the end of a put until others find it. */
  readonly visibleAfterUs: number;
  /** Share of capacity above which a put evicts, and share that it frees below it. */
  readonly watermark: number;
  readonly evictionShare: number;
}

/** Counters of a tier for the report. */
export interface TierMeters {
  hitTokens: number;
  loadedBytes: number;
  storedBytes: number;
}

interface Lease {
  readonly leaf: TierNode;
  readonly untilUs: number;
}

/** A tier. `readLink` and `writeLink` are its own links in the network; -1: none that binds. */
export class Tier {
  readonly setup: TierSetup;
  readonly cache: TierCache;
  readonly readLink: number;
  readonly writeLink: number;
  readonly meters: TierMeters = { hitTokens: 0, loadedBytes: 0, storedBytes: 0 };
  /** Told when what can be found in it has changed; `by` is who changed it. */
  readonly watchers = new Set<(nowUs: number, by: unknown) => void>();
  /** In order of expiry, as all last equally long. */
  readonly #leases: Lease[] = [];
  #firstLease = 0;

  constructor(setup: TierSetup, readLink: number, writeLink: number) {
    this.setup = setup;
    this.readLink = readLink;
    this.writeLink = writeLink;
    this.cache = new TierCache({
      capacity: Math.floor(setup.capacityBytes / (setup.chunkTokens * setup.bytesPerToken)),
      chunkTokens: setup.chunkTokens,
      watermark: setup.watermark,
      evictionShare: setup.evictionShare,
    });
  }

  /** Tokens of the sequence's start that can be read, at most `capTokens`. */
  lookup(sequence: CachedSequence, capTokens: number): number {
    const { chunkTokens } = this.setup;
    return this.cache.lookup(sequence, Math.floor(capTokens / chunkTokens)) * chunkTokens;
  }

  /** Protects what is about to be read; `cache.unpin` ends the read, the lease ends by itself. */
  beginRead(sequence: CachedSequence, tokens: number, nowUs: number): TierNode {
    const chunks = tokens / this.setup.chunkTokens;
    if (this.setup.leaseUs > 0) {
      const leaf = this.cache.pin(sequence, chunks);
      this.#leases.push({ leaf, untilUs: nowUs + this.setup.leaseUs });
    }
    return this.cache.pin(sequence, chunks);
  }

  /** Ends leases that are over; called before anything is evicted. */
  expireLeases(nowUs: number): void {
    const leases = this.#leases;
    while (this.#firstLease < leases.length && leases[this.#firstLease]!.untilUs <= nowUs) {
      this.cache.unpin(leases[this.#firstLease]!.leaf);
      this.#firstLease += 1;
    }
    if (this.#firstLease * 2 > leases.length) {
      leases.splice(0, this.#firstLease);
      this.#firstLease = 0;
    }
  }

  /** What can be found has changed. */
  changed(nowUs: number, by: unknown): void {
    for (const watcher of this.watchers) watcher(nowUs, by);
  }
}
