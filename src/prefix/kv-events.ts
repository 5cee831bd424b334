/**
 * Turns an engine's KV-cache events into keys of the precise index. The router's keys are recomputed from the token ids
 * of `BlockStored`; a record per engine hash remembers which of them a block makes up, so that children find their
 * parent and removals find their keys. Engine blocks may be larger than router blocks (one makes several keys) or
 * smaller (several make one: the tokens wait in the record until a child completes the router block, which is held from
 * then until any of its engine blocks goes). An engine block's extra keys apply to every router block it overlaps.
 *
 * Kept per (endpoint, tier, group): how often an engine hash is stored; a removal reaches the index only with the last
 * copy. Groups of hybrid models count only when they hold the whole context. Source: router specification 4.2.
 */
import { assert } from '../core/check.ts';
import type { BlockExtras, BlockKeyer } from './block-keys.ts';
import type { PreciseIndex } from './precise.ts';

/** An engine's block hash: 16 hex digits (an integer, or the last 8 bytes of a longer digest, big-endian). */
export type EngineHash = string;

/** Blocks have entered a tier of the endpoint's cache. */
export interface BlockStored {
  readonly kind: 'stored';
  readonly blockHashes: readonly EngineHash[];
  readonly parentHash: EngineHash | null;
  /** Token ids of all the blocks in order; empty: known blocks have moved to this tier. */
  readonly tokens: Uint32Array;
  readonly blockSizeTokens: number;
  /** Medium as the engine names it; empty means the GPU. */
  readonly medium: string;
  /** LoRA adapter; empty means none. */
  readonly loraName: string;
  /** Extra keys (multimodal hashes, cache salt) per engine block; null when no block has any. */
  readonly extraKeys: readonly BlockExtras[] | null;
  readonly group: number;
  /** `kv_cache_spec_kind`; empty on engines that do not tell. */
  readonly specKind: string;
}

/** Blocks have left a tier. */
export interface BlockRemoved {
  readonly kind: 'removed';
  readonly blockHashes: readonly EngineHash[];
  readonly medium: string;
  readonly group: number;
}

/** The endpoint has emptied its cache. */
export interface AllBlocksCleared {
  readonly kind: 'cleared';
}

export type KvEvent = BlockStored | BlockRemoved | AllBlocksCleared;

/** What became of events so far, for metrics. */
export interface KvEventCounts {
  storesIndexed: number;
  storesSkippedUnknownParent: number;
  storesSkippedKind: number;
  removalsForwarded: number;
  removalsSuppressed: number;
  removalsSkippedKind: number;
}

/** Spec kinds whose blocks hold the whole context; the empty name is an engine without hybrid groups. */
const INDEXED_KINDS: ReadonlySet<string> = new Set([
  '',
  'full_attention',
  'mla_attention',
  'sink_full_attention',
]);

/** What the router knows of one engine hash. */
interface EngineBlock {
  /** Router keys that are complete with this block, word pairs: stored with it. */
  readonly completes: Uint32Array;
  /** Keys that this block begins and a later one completes, word pairs: removed with it, like its own. */
  readonly begins: number[];
  /** Key that the next router block follows. */
  readonly chainLo: number;
  readonly chainHi: number;
  /** Tokens after the last completed router block, with their extras and the blocks they come from. */
  readonly tail: readonly number[];
  readonly tailExtras: readonly string[];
  readonly tailBlocks: readonly EngineBlock[];
  /** (endpoint, tier, group) places that store it; the record goes with the last one. */
  places: number;
}

/** Copies of a hash in one (endpoint, tier, group). */
interface Place {
  readonly row: number;
  readonly hash: EngineHash;
  copies: number;
}

const chain = new Uint32Array(2);

/** Hash given as a number or digest, in the form that events carry. */
export function engineHash(value: bigint | number | Uint8Array): EngineHash {
  if (value instanceof Uint8Array) {
    const hex = Array.from(value.subarray(-8), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.padStart(16, '0');
  }
  return BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, '0');
}

/** The consumer of all endpoints' events, in per-endpoint order. */
export class KvEventConsumer {
  readonly counts: KvEventCounts = {
    storesIndexed: 0,
    storesSkippedUnknownParent: 0,
    storesSkippedKind: 0,
    removalsForwarded: 0,
    removalsSuppressed: 0,
    removalsSkippedKind: 0,
  };
  readonly #index: PreciseIndex;
  readonly #keyer: BlockKeyer;
  readonly #blockSizeTokens: number;
  readonly #blocks = new Map<EngineHash, EngineBlock>();
  readonly #places = new Map<string, Place>();
  /** `row/group` of groups whose blocks are not indexed. */
  readonly #skippedGroups = new Set<string>();

  constructor(index: PreciseIndex, keyer: BlockKeyer, blockSizeTokens: number) {
    assert(blockSizeTokens >= 1, 'router blocks have at least one token');
    this.#index = index;
    this.#keyer = keyer;
    this.#blockSizeTokens = blockSizeTokens;
  }

  /** Number of engine hashes remembered. */
  get engineBlocks(): number {
    return this.#blocks.size;
  }

  /** Takes one event of the endpoint in `row`, which serves `model`. */
  apply(row: number, model: string, event: KvEvent): void {
    if (event.kind === 'stored') this.#stored(row, model, event);
    else if (event.kind === 'removed') this.#removed(row, event);
    else this.removeRow(row);
  }

  /** Forgets an endpoint, in the index too. */
  removeRow(row: number): void {
    for (const [name, place] of this.#places) {
      if (place.row !== row) continue;
      this.#places.delete(name);
      this.#releaseBlock(place.hash);
    }
    for (const name of this.#skippedGroups) if (name.startsWith(`${row}/`)) this.#skippedGroups.delete(name);
    this.#index.removeRow(row);
  }

  #stored(row: number, model: string, event: BlockStored): void {
    if (!INDEXED_KINDS.has(event.specKind)) {
      this.#skippedGroups.add(`${row}/${event.group}`);
      this.counts.storesSkippedKind += 1;
      return;
    }
    const tier = tierOf(event.medium);
    if (event.tokens.length === 0) {
      for (const hash of event.blockHashes) {
        const block = this.#blocks.get(hash);
        if (block !== undefined) this.#hold(row, tier, event.group, hash, block);
      }
      this.counts.storesIndexed += 1;
      return;
    }
    const parent =
      event.parentHash === null ? this.#root(event.loraName || model) : this.#blocks.get(event.parentHash);
    if (parent === undefined) {
      this.counts.storesSkippedUnknownParent += 1;
      return;
    }
    let block = parent;
    event.blockHashes.forEach((hash, i) => {
      block = this.#link(block, hash, event, i);
      this.#hold(row, tier, event.group, hash, block);
    });
    this.counts.storesIndexed += 1;
  }

  #removed(row: number, event: BlockRemoved): void {
    if (this.#skippedGroups.has(`${row}/${event.group}`)) {
      this.counts.removalsSkippedKind += 1;
      return;
    }
    const tier = tierOf(event.medium);
    for (const hash of event.blockHashes) {
      const name = placeName(row, tier, event.group, hash);
      const place = this.#places.get(name);
      const block = this.#blocks.get(hash);
      if (place === undefined || block === undefined) continue;
      place.copies -= 1;
      if (place.copies > 0) {
        this.counts.removalsSuppressed += 1;
        continue;
      }
      this.#places.delete(name);
      this.#index.remove(row, tier, block.completes);
      this.#index.remove(row, tier, Uint32Array.from(block.begins));
      this.#releaseBlock(hash);
      this.counts.removalsForwarded += 1;
    }
  }

  #hold(row: number, tier: string, group: number, hash: EngineHash, block: EngineBlock): void {
    const name = placeName(row, tier, group, hash);
    const place = this.#places.get(name);
    if (place === undefined) {
      this.#places.set(name, { row, hash, copies: 1 });
      block.places += 1;
    } else {
      place.copies += 1;
    }
    this.#index.add(row, tier, block.completes);
  }

  #releaseBlock(hash: EngineHash): void {
    const block = this.#blocks.get(hash)!;
    block.places -= 1;
    if (block.places === 0) this.#blocks.delete(hash);
  }

  /** The block before all blocks of a model. */
  #root(model: string): EngineBlock {
    this.#keyer.start(model, chain, 0);
    return {
      completes: new Uint32Array(0),
      begins: [],
      chainLo: chain[0]!,
      chainHi: chain[1]!,
      tail: [],
      tailExtras: [],
      tailBlocks: [],
      places: 0,
    };
  }

  /** Record of the event's i-th block, which follows `parent`; the one at hand when the hash is known. */
  #link(parent: EngineBlock, hash: EngineHash, event: BlockStored, i: number): EngineBlock {
    const known = this.#blocks.get(hash);
    if (known !== undefined) return known;
    const from = i * event.blockSizeTokens;
    const fresh = event.tokens.subarray(from, from + event.blockSizeTokens);
    const tokens = Uint32Array.from([...parent.tail, ...fresh]);
    const extras = mergeExtras(parent.tailExtras, event.extraKeys?.[i] ?? null, event.loraName);
    chain[0] = parent.chainLo;
    chain[1] = parent.chainHi;
    const size = this.#blockSizeTokens;
    const full = Math.floor(tokens.length / size);
    const keys: number[] = [];
    for (let k = 0; k < full; k++) {
      this.#keyer.next({ tokens, from: k * size, count: size, extras }, chain, 0, 0);
      keys.push(chain[0]!, chain[1]!);
      if (k === 0) for (const earlier of parent.tailBlocks) earlier.begins.push(chain[0]!, chain[1]!);
    }
    const tail = Array.from(tokens.subarray(full * size));
    const tailBlocks: EngineBlock[] = full === 0 ? [...parent.tailBlocks] : [];
    const block: EngineBlock = {
      completes: Uint32Array.from(keys),
      begins: [],
      chainLo: chain[0]!,
      chainHi: chain[1]!,
      tail,
      tailExtras: tail.length === 0 ? [] : extras,
      tailBlocks,
      places: 0,
    };
    if (tail.length > 0) tailBlocks.push(block);
    this.#blocks.set(hash, block);
    return block;
  }
}

function tierOf(medium: string): string {
  return medium === '' ? 'gpu' : medium.toLowerCase();
}

function placeName(row: number, tier: string, group: number, hash: EngineHash): string {
  return `${row}/${group}/${tier}/${hash}`;
}

/** Extras of a router block: those of its engine blocks, each once; the adapter's name is in the chain already. */
function mergeExtras(before: readonly string[], more: BlockExtras, loraName: string): readonly string[] {
  if (more === null) return before;
  const merged = [...before];
  for (const extra of more) if (extra !== loraName && !merged.includes(extra)) merged.push(extra);
  return merged;
}
