/**
 * The role filters. An endpoint's role is its pod label `llm-d.ai/role`; only the decode filter lets endpoints without
 * the label through. Source: router specification 3.2.
 */
import { definePlugin, ignoreParameters, type PluginDefinition } from '../plugin.ts';
import { constantFilter } from '../row-flags.ts';

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
    create: (_parameters, { table }) => ({
      filter: constantFilter(table, (labels) => {
        const role = labels[ROLE_LABEL];
        return role === undefined ? allowsNoLabel : roles.includes(role);
      }),
    }),
  });
}
