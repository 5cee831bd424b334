/** Plugin types of the usage-limit policies. */
import { Fields } from '../../routing/config/fields.ts';
import { definePlugin, refuse } from '../../routing/plugin.ts';
import {
  type HoldbackParameters,
  priorityHoldback,
  softReflectiveCeiling,
  staticUsageLimit,
} from '../policies/usage-limits.ts';

export const staticUsageLimitPolicy = definePlugin<{ readonly threshold: number }>({
  type: 'static-usage-limit-policy',
  kinds: ['usage-limit-policy'],
  stability: 'beta',
  summary: 'every band may dispatch up to one saturation',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['threshold']);
    return { threshold: fields.number('threshold', 1, { min: 0, max: 1 }) };
  },
  create: ({ threshold }) => ({ usageLimit: staticUsageLimit(threshold) }),
});

export const priorityHoldbackPolicy = definePlugin<HoldbackParameters>({
  type: 'priority-holdback-policy',
  kinds: ['usage-limit-policy'],
  stability: 'alpha',
  summary: 'ceilings fall linearly from the highest to the lowest band',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['shape', 'domain', 'minCeiling', 'maxCeiling']);
    fields.oneOf('shape', 'linear', ['linear']);
    if (!fields.has('minCeiling')) fields.refuse('minCeiling', 'a number >= 0 < 1 (required)');
    const minCeiling = fields.number('minCeiling', 0, { min: 0, below: 1 });
    const maxCeiling = fields.number('maxCeiling', 1, { above: 0, max: 1 });
    if (minCeiling > maxCeiling)
      refuse(fields.at('minCeiling'), `${minCeiling} above maxCeiling ${maxCeiling}`, 'at most maxCeiling');
    return { domain: fields.oneOf('domain', 'rank', ['rank', 'value']), minCeiling, maxCeiling };
  },
  create: (parameters) => ({ usageLimit: priorityHoldback(parameters) }),
});

export const softReflectiveCeilingPolicy = definePlugin({
  type: 'soft-reflective-ceiling-policy',
  kinds: ['usage-limit-policy'],
  stability: 'alpha',
  summary: 'lower bands are open in fewer and fewer dispatch cycles as saturation rises',
  parse: (raw, path) => new Fields(raw, path, []),
  create: () => ({ usageLimit: softReflectiveCeiling() }),
});
