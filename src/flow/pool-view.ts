/**
 * The pool as flow control sees it: all endpoints (a request's subset hint is ignored), listed at most every
 * 50 ms, split into stages by role. Saturation is that of the fuller stage. Signals are always read live;
 * only the list of endpoints is cached. An endpoint that leaves is dropped at once, since its row may be
 * reused.
 */
import type { EndpointTable } from '../routing/endpoint.ts';
import type { SaturationDetector } from './policy.ts';

/** Time for which the list of endpoints is kept, µs (upstream's constant). */
const LIST_CACHE_US = 50_000;

/** Pod label that holds the role of an endpoint. */
const ROLE_LABEL = 'llm-d.ai/role';

/** Stages in which an endpoint of a role works; roles not listed (encode, unknown) work in none. */
const STAGES_OF_ROLE: ReadonlyMap<string, { readonly prefill: boolean; readonly decode: boolean }> = new Map([
  ['prefill', { prefill: true, decode: false }],
  ['encode-prefill', { prefill: true, decode: false }],
  ['decode', { prefill: false, decode: true }],
  ['prefill-decode', { prefill: true, decode: true }],
  ['both', { prefill: true, decode: true }],
  ['encode-prefill-decode', { prefill: true, decode: true }],
]);

/** An endpoint without the label decodes. */
const UNLABELLED = { prefill: false, decode: true } as const;

/** Cached membership and stages of the pool. */
export class PoolView {
  readonly #table: EndpointTable;
  readonly #detector: SaturationDetector;
  #listedUs = Number.NEGATIVE_INFINITY;
  #version = -1;
  #rows = new Int32Array(0);
  #prefill = new Int32Array(0);
  #decode = new Int32Array(0);
  #changedUs = Number.NEGATIVE_INFINITY;
  /** As measured last. */
  #prefillSaturation = 0;
  #decodeSaturation = 0;

  constructor(table: EndpointTable, detector: SaturationDetector) {
    this.#table = table;
    this.#detector = detector;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Last time the pool became empty or non-empty, µs; -Infinity when it never did. */
  get changedUs(): number {
    return this.#changedUs;
  }

  /** Saturation of each stage as measured last; null for one without endpoints. */
  get stages(): { readonly prefill: number | null; readonly decode: number | null } {
    return {
      prefill: this.#prefill.length === 0 ? null : this.#prefillSaturation,
      decode: this.#decode.length === 0 ? null : this.#decodeSaturation,
    };
  }

  /** Lists the endpoints anew when the cached list is too old. */
  refresh(nowUs: number): void {
    if (nowUs - this.#listedUs < LIST_CACHE_US) return;
    this.#listedUs = nowUs;
    const table = this.#table;
    if (table.version === this.#version) return;
    this.#version = table.version;
    this.#adopt(Int32Array.from(table.rows), nowUs);
  }

  /** Drops an endpoint that leaves the pool. */
  endpointRemoved(row: number, nowUs: number): void {
    if (this.#rows.includes(row))
      this.#adopt(
        this.#rows.filter((other) => other !== row),
        nowUs,
      );
  }

  /**
   * Saturation of the fuller non-empty stage; of the whole pool when no stage has an endpoint; 1 when empty.
   */
  saturation(nowUs: number): number {
    if (this.#rows.length === 0) return 1;
    if (this.#prefill.length === 0 && this.#decode.length === 0) return this.#measure(this.#rows, nowUs);
    const prefill = this.#prefill.length === 0 ? 0 : this.#measure(this.#prefill, nowUs);
    const decode = this.#decode.length === 0 ? 0 : this.#measure(this.#decode, nowUs);
    this.#prefillSaturation = prefill;
    this.#decodeSaturation = decode;
    return Math.max(prefill, decode);
  }

  #measure(rows: Int32Array, nowUs: number): number {
    return this.#detector.saturation(rows, rows.length, nowUs);
  }

  #adopt(rows: Int32Array<ArrayBuffer>, nowUs: number): void {
    if ((rows.length === 0) !== this.isEmpty) this.#changedUs = nowUs;
    this.#rows = rows;
    this.#prefill = rows.filter((row) => this.#stages(row)?.prefill === true);
    this.#decode = rows.filter((row) => this.#stages(row)?.decode === true);
  }

  #stages(row: number): { readonly prefill: boolean; readonly decode: boolean } | undefined {
    const role = this.#table.endpoints[row]?.labels[ROLE_LABEL];
    return role === undefined ? UNLABELLED : STAGES_OF_ROLE.get(role);
  }
}
