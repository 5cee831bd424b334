/**
 * Turns picked rows into a Dispatch: rows by stage and headers. As most dispatches follow from their rows alone, those
 * are kept per row (or per prefill and decode pair) and handed out again; only a header that a PreRequest plugin sets
 * for one request makes a new object.
 */
import { assert } from '../core/check.ts';
import type { Dispatch, ProfilePick } from './contract.ts';
import type { EndpointTable } from './endpoint.ts';
import type { DispatchDraft, ProfileHandler, ProfileResult } from './plugin.ts';

/** Header that names the chosen endpoints to the proxy. */
export const DESTINATION_HEADER = 'x-gateway-destination-endpoint';

const NO_ROWS: readonly number[] = [];

/** A dispatch under way; reused. */
export class Draft implements DispatchDraft {
  base!: Dispatch;
  primary = '';
  readonly table: EndpointTable;
  #extra: Map<string, string> | null = null;

  constructor(table: EndpointTable) {
    this.table = table;
  }

  get rows(): readonly number[] {
    return this.base.rows;
  }

  get prefillRow(): number {
    return this.base.prefillRow;
  }

  get encodeRows(): readonly number[] {
    return this.base.encodeRows;
  }

  get picks(): readonly ProfilePick[] {
    return this.base.picks;
  }

  begin(base: Dispatch, primary: string): void {
    this.base = base;
    this.primary = primary;
    this.#extra = null;
  }

  setHeader(name: string, value: string): void {
    this.#extra ??= new Map(this.base.headers);
    this.#extra.set(name, value);
  }

  /** The dispatch with what plugins have added. */
  done(): Dispatch {
    return this.#extra === null ? this.base : { ...this.base, headers: this.#extra };
  }
}

/** Makes and keeps dispatches of one router. */
export class DispatchBuilder {
  readonly #table: EndpointTable;
  readonly #handler: ProfileHandler;
  readonly #kept = new Map<number, Dispatch>();
  #version = -1;

  constructor(table: EndpointTable, handler: ProfileHandler) {
    this.#table = table;
    this.#handler = handler;
  }

  /** `order[0 .. ran)`: indexes of the profiles in the order in which they ran. */
  build(results: readonly ProfileResult[], order: Int32Array, ran: number, primary: number): Dispatch {
    if (this.#table.version !== this.#version) {
      this.#kept.clear();
      this.#version = this.#table.version;
    }
    const key = this.#keyOf(results, order, ran, primary);
    if (key < 0) return this.#make(results, order, ran, primary);
    let dispatch = this.#kept.get(key);
    if (dispatch === undefined) {
      dispatch = this.#make(results, order, ran, primary);
      this.#kept.set(key, dispatch);
    }
    return dispatch;
  }

  /** Key of a dispatch with one row a profile, from one profile or a prefill and decode pair; else -1. */
  #keyOf(results: readonly ProfileResult[], order: Int32Array, ran: number, primary: number): number {
    const { prefillProfile } = this.#handler;
    let prefillRow = -1;
    for (let i = 0; i < ran; i++) {
      const index = order[i]!;
      const result = results[index]!;
      if (result.count !== 1) return -1;
      if (index === prefillProfile && index !== primary) prefillRow = result.rows[0]!;
      else if (index !== primary) return -1;
    }
    const row = results[primary]!.rows[0]!;
    // A small integer for all but enormous pools: a Map finds those many times faster than other numbers.
    const span = this.#table.capacity + 1;
    return (primary * span + row) * span + prefillRow + 1;
  }

  #make(results: readonly ProfileResult[], order: Int32Array, ran: number, primary: number): Dispatch {
    const picks: ProfilePick[] = [];
    for (let i = 0; i < ran; i++) {
      const result = results[order[i]!]!;
      if (result.state === 'picked') picks.push({ profile: result.profile, rows: rowsOf(result) });
    }
    const { prefillProfile, encodeProfile } = this.#handler;
    const prefill = results[prefillProfile];
    const encode = results[encodeProfile];
    const rows = rowsOf(results[primary]!);
    const prefillRow =
      prefill?.state === 'picked' && prefillProfile !== primary ? (prefill.rows[0] ?? -1) : -1;
    const encodeRows = encode?.state === 'picked' && encodeProfile !== primary ? rowsOf(encode) : NO_ROWS;
    const headers = new Map<string, string>();
    headers.set(DESTINATION_HEADER, rows.map((row) => this.#address(row)).join(','));
    this.#handler.headers?.({ rows, prefillRow, encodeRows, table: this.#table }, headers);
    return { rows, prefillRow, encodeRows, headers, picks };
  }

  #address(row: number): string {
    const address = addressOf(this.#table, row);
    const port = this.#handler.destinationPort;
    return port === 0 ? address : `${address.slice(0, address.lastIndexOf(':'))}:${port}`;
  }
}

/** `host:port` of a row in use. */
export function addressOf(table: EndpointTable, row: number): string {
  const endpoint = table.endpoints[row];
  assert(endpoint !== null && endpoint !== undefined, `row ${row} holds no endpoint`);
  return endpoint.address;
}

function rowsOf(result: ProfileResult): readonly number[] {
  return Array.from(result.rows.subarray(0, result.count));
}
