/** Endpoints whose scalar attribute compares with a value as asked. */
import { Fields } from '../config/fields.ts';
import { attributeKeyOf } from '../data/attribute-key.ts';
import { definePlugin } from '../plugin.ts';
import { keep } from './keep.ts';

const COMPARISONS = {
  LessThan: (a: number, b: number) => a < b,
  LessThanOrEqual: (a: number, b: number) => a <= b,
  GreaterThan: (a: number, b: number) => a > b,
  GreaterThanOrEqual: (a: number, b: number) => a >= b,
  Equal: (a: number, b: number) => a === b,
  NotEqual: (a: number, b: number) => a !== b,
} as const;
type Operator = keyof typeof COMPARISONS;
const OPERATORS = Object.keys(COMPARISONS) as Operator[];

interface Parameters {
  readonly key: string;
  readonly passesMissing: boolean;
  readonly fallbackOnEmpty: boolean;
  readonly operator: Operator;
  readonly value: number;
}

export const endpointAttributeFilter = definePlugin<Parameters>({
  type: 'endpoint-attribute-filter',
  kinds: ['filter'],
  stability: 'alpha',
  summary: 'endpoints whose attribute is below, above or equal to a value',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'attribute',
      'producer',
      'onMissing',
      'fallbackOnEmpty',
      'algorithm',
    ]);
    const algorithm = fields.object('algorithm', ['type', 'threshold']);
    if (!algorithm.has('type')) algorithm.refuse('type', 'threshold');
    algorithm.oneOf('type', 'threshold', ['threshold']);
    const threshold = algorithm.object('threshold', ['operator', 'value']);
    if (!threshold.has('operator')) threshold.refuse('operator', `one of ${OPERATORS.join(', ')}`);
    if (!threshold.has('value')) threshold.refuse('value', 'a number');
    return {
      key: attributeKeyOf(fields, 'attribute'),
      passesMissing: fields.oneOf('onMissing', 'Pass', ['Pass', 'Fail']) === 'Pass',
      fallbackOnEmpty: fields.boolean('fallbackOnEmpty', false),
      operator: threshold.oneOf<Operator>('operator', 'Equal', OPERATORS),
      value: threshold.number('value', 0),
    };
  },
  create({ key, passesMissing, fallbackOnEmpty, operator, value }, { table }) {
    const compare = COMPARISONS[operator];
    const passes = (row: number): boolean => {
      const found = table.attributes[row]?.get(key);
      return found === undefined ? passesMissing : compare(found, value);
    };
    return { filter: { filter: (cycle) => keep(cycle, passes, fallbackOnEmpty) } };
  },
});
