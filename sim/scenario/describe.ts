/** Words for error messages: what a value is, what a schema allows, where in the document it stands. */
import type { JsonSchema } from './json-schema.ts';
import { discriminator, flatBranches, literalsOf } from './union.ts';

/** Longest quotation of what the user wrote. */
const QUOTED_MAX = 60;

/** What stands in the document, in a few words. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= QUOTED_MAX ? text : `${text.slice(0, QUOTED_MAX - 3)}...`;
}

/** What a schema allows, e.g. `an integer >= 1`. */
export function describeSchema(schema: JsonSchema): string {
  if (schema.const !== undefined) return String(schema.const);
  if (schema.anyOf !== undefined) return describeUnion(flatBranches(schema));
  switch (schema.type) {
    case 'integer':
      return `an integer${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'string':
      return (schema.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return Array.isArray(schema.items)
        ? `a list of exactly ${schema.items.length}`
        : `a list${(schema.minItems ?? 0) > 0 ? ` of at least ${schema.minItems}` : ''}`;
    case 'object':
      return describeObject(schema);
    default:
      return 'a value';
  }
}

/** Path of a key below `path`. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  const name = /^[^\s.[\]"]+$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? name : `${path}.${name}`;
}

function describeUnion(branches: readonly JsonSchema[]): string {
  const mappings = branches.filter((branch) => branch.type === 'object');
  const tag = mappings.length > 1 ? discriminator(mappings) : undefined;
  if (tag === undefined) return either([...new Set(branches.map(describeSchema))]);
  const others = branches.filter((branch) => branch.type !== 'object').map(describeSchema);
  const literals = literalsOf(mappings, tag).map(describeSchema);
  return either([...new Set(others), `a mapping with ${tag}: ${either(literals)}`]);
}

function either(texts: readonly string[]): string {
  return texts.length <= 2 ? texts.join(' or ') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}

function describeObject(schema: JsonSchema): string {
  const required = schema.required ?? [];
  return required.length === 0 ? 'a mapping' : `a mapping with ${required.join(', ')}`;
}

function range(schema: JsonSchema): string {
  const { minimum, maximum, exclusiveMinimum } = schema;
  if (minimum !== undefined && maximum !== undefined) return ` between ${minimum} and ${maximum}`;
  const low =
    minimum !== undefined ? ` >= ${minimum}` : exclusiveMinimum !== undefined ? ` > ${exclusiveMinimum}` : '';
  const high = maximum === undefined ? '' : `${low === '' ? '' : ' and'} <= ${maximum}`;
  return low + high;
}
