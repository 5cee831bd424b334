/**
 * What is known about endpoints: constants in objects, signals in columns. Rows are stable while an endpoint is
 * alive; a removed endpoint's row is reused later. Scraped columns are as old as the last scrape; only the
 * host's scraper (production) or feed (simulation) writes them.
 *
 *   column            unit       written by
 *   waiting           requests   scrape
 *   running           requests   scrape
 *   kvUsage           0..1       scrape
 *   blockSizeTokens   tokens     scrape (cache_config_info), 0 until known
 *   numBlocks         blocks     scrape, 0 until known
 *   maxActiveModels   adapters   scrape (LoRA), 0 until known
 *   scrapedAtUs       µs         scrape; -Infinity until the first one
 */
import { assert } from '../core/check.ts';

/** Constants of one endpoint. */
export interface Endpoint {
  /** `namespace/name` in Kubernetes; unique. */
  readonly id: string;
  /** `host:port`. */
  readonly address: string;
  /** Pod labels, e.g. `llm-d.ai/role`. */
  readonly labels: Readonly<Record<string, string>>;
}

const NO_NAMES: readonly string[] = [];

/** The fleet as the router sees it. */
export class EndpointTable {
  /** Endpoint of each row; null for a free row. */
  readonly endpoints: (Endpoint | null)[] = [];
  waiting = new Float64Array(0);
  running = new Float64Array(0);
  kvUsage = new Float64Array(0);
  blockSizeTokens = new Float64Array(0);
  numBlocks = new Float64Array(0);
  maxActiveModels = new Float64Array(0);
  scrapedAtUs = new Float64Array(0);
  /** LoRA adapters running, per row. */
  readonly activeModels: (readonly string[])[] = [];
  /** LoRA adapters waiting, per row. */
  readonly waitingModels: (readonly string[])[] = [];
  /** Scalar attributes by key (`GPUUtilization/dcgm-extractor`, custom metrics), per row. */
  readonly attributes: Map<string, number>[] = [];
  /** Rows in use, ascending. */
  rows: Int32Array = new Int32Array(0);
  /** Grows with every change of membership, so that holders of per-row state can notice. */
  version = 0;
  /** Grows with every `signalsChanged`; 0 while the host has never called it, and may change signals unnoticed. */
  signalsVersion = 0;
  readonly #rowOf = new Map<string, number>();
  readonly #free: number[] = [];

  /** Number of rows, free ones included: the length that per-row side columns need. */
  get capacity(): number {
    return this.endpoints.length;
  }

  /** Number of endpoints. */
  get size(): number {
    return this.#rowOf.size;
  }

  /** Row of an endpoint id, or -1. */
  rowOf(id: string): number {
    return this.#rowOf.get(id) ?? -1;
  }

  /** Adds an endpoint with unscraped (zero) signals and returns its row. */
  add(endpoint: Endpoint): number {
    assert(!this.#rowOf.has(endpoint.id), `endpoint ${endpoint.id} added twice`);
    const row = this.#free.pop() ?? this.endpoints.length;
    if (row === this.endpoints.length) this.#grow();
    this.endpoints[row] = endpoint;
    this.#rowOf.set(endpoint.id, row);
    this.waiting[row] = 0;
    this.running[row] = 0;
    this.kvUsage[row] = 0;
    this.blockSizeTokens[row] = 0;
    this.numBlocks[row] = 0;
    this.maxActiveModels[row] = 0;
    this.scrapedAtUs[row] = Number.NEGATIVE_INFINITY;
    this.activeModels[row] = NO_NAMES;
    this.waitingModels[row] = NO_NAMES;
    this.attributes[row] = new Map();
    this.#membershipChanged();
    return row;
  }

  /** Removes an endpoint; its row becomes free. */
  remove(id: string): void {
    const row = this.#rowOf.get(id);
    assert(row !== undefined, `endpoint ${id} is not in the table`);
    this.#rowOf.delete(id);
    this.endpoints[row] = null;
    this.#free.push(row);
    this.#membershipChanged();
  }

  /**
   * Signals of some rows have been written. A host that calls this after each change (one that does so once must always)
   * spares the router from reading them anew for every request.
   */
  signalsChanged(): void {
    this.signalsVersion += 1;
  }

  #membershipChanged(): void {
    const rows: number[] = [];
    for (let row = 0; row < this.endpoints.length; row++) if (this.endpoints[row] !== null) rows.push(row);
    this.rows = Int32Array.from(rows);
    this.version += 1;
  }

  #grow(): void {
    const row = this.endpoints.length;
    this.endpoints.push(null);
    if (row < this.waiting.length) return;
    // 16 covers a small fleet; doubling keeps growth linear for large ones.
    const length = Math.max(16, this.waiting.length * 2);
    const widen = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const wide = new Float64Array(length);
      wide.set(old);
      return wide;
    };
    this.waiting = widen(this.waiting);
    this.running = widen(this.running);
    this.kvUsage = widen(this.kvUsage);
    this.blockSizeTokens = widen(this.blockSizeTokens);
    this.numBlocks = widen(this.numBlocks);
    this.maxActiveModels = widen(this.maxActiveModels);
    this.scrapedAtUs = widen(this.scrapedAtUs);
  }
}
