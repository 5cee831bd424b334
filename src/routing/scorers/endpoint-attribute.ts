/**
 * A scalar attribute on a linear scale, between fixed limits or those of the candidates. Missing 0; a scale without
 * extent 1.
 */
import { Fields } from '../config/fields.ts';
import { attributeKeyOf } from '../data/attribute-key.ts';
import type { EndpointTable } from '../endpoint.ts';
import { type Cycle, definePlugin } from '../plugin.ts';

interface Parameters {
  readonly key: string;
  readonly lowerIsBetter: boolean;
  /** Null: limits of the candidates. */
  readonly range: { readonly min: number; readonly max: number } | null;
}

export const endpointAttributeScorer = definePlugin<Parameters>({
  type: 'endpoint-attribute-scorer',
  kinds: ['scorer'],
  stability: 'alpha',
  summary: 'a scalar attribute on a linear scale',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['attributeKey', 'producer', 'algorithm']);
    const algorithm = fields.object('algorithm', ['type', 'normalization']);
    const types = ['linear_lower_is_better', 'linear_higher_is_better'] as const;
    if (!algorithm.has('type')) algorithm.refuse('type', `one of ${types.join(', ')}`);
    const normalization = algorithm.object('normalization', ['fixedRange', 'adaptiveRange']);
    if (normalization.has('fixedRange') === normalization.has('adaptiveRange'))
      normalization.refuse('fixedRange', 'exactly one of fixedRange and adaptiveRange');
    normalization.object('adaptiveRange', []);
    const fixed = normalization.object('fixedRange', ['min', 'max']);
    const range = { min: fixed.number('min', 0), max: fixed.number('max', 0) };
    if (normalization.has('fixedRange') && range.min > range.max) fixed.refuse('max', 'a number >= min');
    return {
      key: attributeKeyOf(fields, 'attributeKey'),
      lowerIsBetter: algorithm.oneOf('type', types[0], types) === types[0],
      range: normalization.has('fixedRange') ? range : null,
    };
  },
  create: ({ key, lowerIsBetter, range }, { table }) => ({
    scorer: {
      score(cycle, out) {
        const { min, max } = range ?? rangeOf(cycle, table, key);
        for (let i = 0; i < cycle.count; i++) {
          const value = table.attributes[cycle.rows[i]!]?.get(key);
          if (value === undefined) out[i] = 0;
          else if (max === min) out[i] = 1;
          else out[i] = (lowerIsBetter ? max - value : value - min) / (max - min);
        }
      },
    },
  }),
});

function rangeOf({ rows, count }: Cycle, table: EndpointTable, key: string): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = table.attributes[rows[i]!]?.get(key);
    if (value === undefined) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}
