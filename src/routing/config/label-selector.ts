/** Kubernetes label selectors: matchLabels and matchExpressions, all of which must hold. */
import type { Endpoint } from '../endpoint.ts';
import type { Fields } from './fields.ts';

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

/** One requirement on one label. */
interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** A selector; without requirements it matches everything. */
export type LabelSelector = readonly Requirement[];

export const SELECTOR_KEYS = ['matchLabels', 'matchExpressions'];

/** Reads the two keys of a selector from `fields`. */
export function parseSelector(fields: Fields): LabelSelector {
  const equal = fields
    .stringMap('matchLabels')
    .map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] }));
  const expressions = fields
    .objects('matchExpressions', ['key', 'operator', 'values'])
    .map((item): Requirement => {
      if (!item.has('operator')) item.refuse('operator', 'In, NotIn, Exists or DoesNotExist');
      const operator = item.oneOf<Operator>('operator', 'In', ['In', 'NotIn', 'Exists', 'DoesNotExist']);
      const values = item.strings('values');
      const takesValues = operator === 'In' || operator === 'NotIn';
      if (takesValues !== values.length > 0)
        item.refuse(
          'values',
          takesValues ? `values, as the operator is ${operator}` : `no values with ${operator}`,
        );
      return { key: item.requiredString('key'), operator, values };
    });
  return [...equal, ...expressions];
}

/** Whether the labels meet every requirement; NotIn also holds for a missing label. */
export function selects(selector: LabelSelector, labels: Endpoint['labels']): boolean {
  return selector.every((requirement) => meets(requirement, labels[requirement.key]));
}

function meets({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
