/**
 * The role filters. An endpoint's role is its pod label `llm-d.ai/role`; only the decode filter lets endpoints without
 * the label through. Source: router specification 3.2.
 */
import type { EndpointTable } from '../endpoint.ts';
import { definePlugin, ignoreParameters, type PluginDefinition } from '../plugin.ts';

export const ROLE_LABEL = 'llm-d.ai/role';

const DECODE_ROLES = ['decode', 'prefill-decode', 'both', 'encode-prefill-decode'];
const PREFILL_ROLES = ['prefill', 'encode-prefill', 'prefill-decode', 'both', 'encode-prefill-decode'];
const ENCODE_ROLES = ['encode', 'encode-prefill', 'encode-prefill-decode'];

export const decodeFilter = roleFilter('decode-filter', DECODE_ROLES, true);
export const prefillFilter = roleFilter('prefill-filter', PREFILL_ROLES, false);
export const encodeFilter = roleFilter('encode-filter', ENCODE_ROLES, false);

function roleFilter(type: string, roles: readonly string[], allowsNoLabel: boolean): PluginDefinition {
  return definePlugin({
    type,
    kinds: ['filter'],
    stability: 'beta',
    summary: `endpoints whose role is ${roles.join(', ')}${allowsNoLabel ? ' or not set' : ''}`,
    parse: ignoreParameters,
    create(_parameters, { table }) {
      const admits = new RowFlags(table, (row) => {
        const role = table.endpoints[row]?.labels[ROLE_LABEL];
        return role === undefined ? allowsNoLabel : roles.includes(role);
      });
      return {
        filter: {
          filter(cycle) {
            const flags = admits.current();
            const { rows, count } = cycle;
            let kept = 0;
            for (let i = 0; i < count; i++) if (flags[rows[i]!] === 1) rows[kept++] = rows[i]!;
            cycle.count = kept;
          },
        },
      };
    },
  });
}

/** A property of endpoints that follows from their constants, kept per row until membership changes. */
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
