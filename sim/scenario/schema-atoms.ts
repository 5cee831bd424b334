/** What the schemas of the scenario are put together from. */
import type { Static, TObject, TObjectOptions, TSchema } from 'typebox';
import * as Type from 'typebox/type';

/** Unknown keys are errors. */
export const closed = { additionalProperties: false } as const;
export const positive = (description: string) => Type.Number({ exclusiveMinimum: 0, description });
export const nonNegative = (description: string) => Type.Number({ minimum: 0, description });
export const count = (description: string) => Type.Integer({ minimum: 1, description });

/**
 * A mapping from names to values; `pattern`: of the names, default any. In place of TypeBox's own, which brings its whole
 * engine of computed types along: a third of what the browser would load of it.
 */
export const record = <Value extends TSchema>(
  value: Value,
  { pattern = '^.*$', ...options }: TObjectOptions & { readonly pattern?: string } = {},
) =>
  Type.Unsafe<Record<string, Static<Value>>>({
    type: 'object',
    patternProperties: { [pattern]: value },
    ...options,
  });

/** The named ones of an object's fields. */
export function fieldsOf<Schema extends TObject, const Name extends keyof Schema['properties']>(
  { properties }: Schema,
  names: readonly Name[],
): Pick<Schema['properties'], Name> {
  const fields = names.map((name) => [name, properties[name as string]]);
  return Object.fromEntries(fields) as Pick<Schema['properties'], Name>;
}
