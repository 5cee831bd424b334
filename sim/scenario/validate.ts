/**
 * Holds a plain value against a schema and says exactly what is wrong, and where: of a union only the branch that the user evidently means is reported (by its `kind`, `process` or `dist`, or by the
 * type of the value), and an unknown key names the nearest known one.
 */
import { assert, type ConfigProblem, nearest } from '../../src/core/check.ts';
import { childPath, describeSchema, describeValue } from './describe.ts';
import type { JsonSchema } from './json-schema.ts';
import { discriminator, flatBranches, literalsOf } from './union.ts';

/** Everything in `value` that the schema does not allow, in the order of the document. */
export function schemaProblems(schema: JsonSchema, value: unknown, path = ''): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  check(schema, value, path, problems);
  return problems;
}

/** A value with named fields. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function check(schema: JsonSchema, value: unknown, path: string, problems: ConfigProblem[]): void {
  if (schema.anyOf !== undefined) checkUnion(schema, value, path, problems);
  else if (schema.type === 'object' && isMapping(value)) checkMapping(schema, value, path, problems);
  else if (schema.type === 'array' && Array.isArray(value)) checkList(schema, value, path, problems);
  else if (!fits(schema, value)) problems.push(mismatch(schema, value, path));
}

/** Whether a single value, or a value that is not of the schema's form at all, is one that the schema allows. */
function fits(schema: JsonSchema, value: unknown): boolean {
  if (schema.const !== undefined) return value === schema.const;
  switch (schema.type) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && isWithin(schema, value);
    case 'integer':
      return Number.isInteger(value) && isWithin(schema, value as number);
    case 'string':
      return typeof value === 'string' && value.length >= (schema.minLength ?? 0);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value) && schemaProblems(schema, value).length === 0;
    case 'object':
      return isMapping(value) && schemaProblems(schema, value).length === 0;
    default:
      return true;
  }
}

function isWithin({ minimum, maximum, exclusiveMinimum }: JsonSchema, value: number): boolean {
  return (
    value >= (minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (maximum ?? Number.POSITIVE_INFINITY) &&
    value > (exclusiveMinimum ?? Number.NEGATIVE_INFINITY)
  );
}

function mismatch(schema: JsonSchema, value: unknown, path: string): ConfigProblem {
  return { path, found: describeValue(value), expected: describeSchema(schema) };
}

function checkMapping(
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  problems: ConfigProblem[],
): void {
  const properties = schema.properties ?? {};
  const patterns = Object.entries(schema.patternProperties ?? {});
  for (const key of Object.keys(value)) {
    const own = Object.hasOwn(properties, key)
      ? properties[key]
      : patterns.find(([pattern]) => new RegExp(pattern).test(key))?.[1];
    if (own === undefined) problems.push(unknownKey(schema, key, path));
    else check(own, value[key], childPath(path, key), problems);
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key))
      problems.push(mismatch(properties[key]!, undefined, childPath(path, key)));
  }
}

function unknownKey(schema: JsonSchema, key: string, path: string): ConfigProblem {
  const known = Object.keys(schema.properties ?? {});
  const found = 'an unknown key';
  const near = nearest(key, known);
  if (near !== undefined)
    return { path: childPath(path, key), found, expected: `${near} (the nearest known key)` };
  const expected =
    known.length > 0
      ? `one of ${known.join(', ')}`
      : `a key of the form ${Object.keys(schema.patternProperties ?? {}).join(' or ')}`;
  return { path: childPath(path, key), found, expected };
}

function checkList(
  schema: JsonSchema,
  value: readonly unknown[],
  path: string,
  problems: ConfigProblem[],
): void {
  const { items } = schema;
  const isTuple = Array.isArray(items);
  const lengthFits = isTuple ? value.length === items.length : value.length >= (schema.minItems ?? 0);
  if (!lengthFits) {
    problems.push(mismatch(schema, value, path));
    return;
  }
  for (const [i, element] of value.entries()) {
    const own = isTuple ? (items as readonly JsonSchema[])[i]! : (items as JsonSchema);
    check(own, element, childPath(path, i), problems);
  }
}

function checkUnion(schema: JsonSchema, value: unknown, path: string, problems: ConfigProblem[]): void {
  const branches = flatBranches(schema);
  const mappings = branches.filter((branch) => branch.type === 'object');
  if (isMapping(value) && mappings.length > 0) {
    checkMappingUnion(mappings, value, path, problems);
    return;
  }
  const literals = branches.filter((branch) => branch.const !== undefined);
  if (literals.length === branches.length) {
    if (!literals.some((branch) => branch.const === value)) problems.push(notAmong(literals, value, path));
    return;
  }
  if (branches.some((branch) => branch.type !== 'object' && fits(branch, value))) return;
  problems.push(mismatch(schema, value, path));
}

function checkMappingUnion(
  branches: readonly JsonSchema[],
  value: Readonly<Record<string, unknown>>,
  path: string,
  problems: ConfigProblem[],
): void {
  if (branches.length === 1) {
    check(branches[0]!, value, path, problems);
    return;
  }
  // A mapping known by a key that no other has, such as `file`, needs no tag.
  const own = branches.find((branch) => isKnownByItsKey(branch, branches) && branch.required![0]! in value);
  if (own !== undefined) {
    checkMapping(own, value, path, problems);
    return;
  }
  const tag = discriminator(branches.filter((branch) => !isKnownByItsKey(branch, branches)));
  assert(tag !== undefined, 'a union of mappings has a key that tells them apart');
  const chosen = branches.find((branch) => branch.properties![tag]?.const === value[tag]);
  if (chosen !== undefined) {
    checkMapping(chosen, value, path, problems);
    return;
  }
  const tagged = branches.filter((branch) => branch.properties![tag] !== undefined);
  problems.push(notAmong(literalsOf(tagged, tag), value[tag], childPath(path, tag)));
}

/** A branch of one key that is not among any other branch's. */
function isKnownByItsKey(branch: JsonSchema, branches: readonly JsonSchema[]): boolean {
  const keys = Object.keys(branch.properties!);
  return keys.length === 1 && branches.every((other) => other === branch || !(keys[0]! in other.properties!));
}

function notAmong(literals: readonly JsonSchema[], value: unknown, path: string): ConfigProblem {
  const names = literals.map((literal) => String(literal.const));
  const near = typeof value === 'string' ? nearest(value, names) : undefined;
  const hint = near === undefined ? '' : ` (nearest: ${near})`;
  return { path, found: describeValue(value), expected: `${oneOf(names)}${hint}` };
}

function oneOf(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `one of ${names.join(', ')}`;
}
