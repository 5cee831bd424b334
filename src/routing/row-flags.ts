/** A property of endpoints that follows from their constants, kept per row until membership changes. */
import type { EndpointTable } from './endpoint.ts';
import type { Filter } from './plugin.ts';

export class RowFlags {
  readonly #table: EndpointTable;
  readonly #test: (row: number) => boolean;
  #flags = new Uint8Array(0);
  #version = -1;

  constructor(table: EndpointTable, test: (row: number) => boolean) {
    this.#table = table;
    this.#test = test;
  }

  /** index: row; 1 where the property holds. */
  current(): Uint8Array {
    if (this.#version !== this.#table.version) {
      this.#version = this.#table.version;
      if (this.#flags.length < this.#table.capacity) this.#flags = new Uint8Array(2 * this.#table.capacity);
      for (const row of this.#table.rows) this.#flags[row] = this.#test(row) ? 1 : 0;
    }
    return this.#flags;
  }
}

/** A filter on constants of endpoints. */
export function constantFilter(
  table: EndpointTable,
  keeps: (labels: Readonly<Record<string, string>>) => boolean,
): Filter {
  const flags = new RowFlags(table, (row) => keeps(table.endpoints[row]?.labels ?? {}));
  return {
    basis: 'labels',
    filter(cycle) {
      const kept = flags.current();
      const { rows, count } = cycle;
      let next = 0;
      for (let i = 0; i < count; i++) if (kept[rows[i]!] === 1) rows[next++] = rows[i]!;
      cycle.count = next;
    },
  };
}
