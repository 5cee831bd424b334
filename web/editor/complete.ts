/** What may stand at a place of a document, out of its schema and the catalogues: keys with their meaning, or values. */
import type { JsonSchema } from '../../sim/scenario/json-schema.ts';
import type { Choices } from '../worker/api.ts';
import type { Place } from './place.ts';

export interface Option {
  readonly label: string;
  readonly detail: string;
  readonly kind: 'key' | 'value';
}

/** Keys whose values are names of a catalogue. */
const CATALOGUES: Readonly<Record<string, keyof Choices>> = {
  gpu: 'gpus',
  gpus: 'gpus',
  model: 'models',
  baseline: 'policies',
  provider: 'providers',
};

export function optionsAt(schema: JsonSchema, place: Place, choices: Choices): Option[] {
  const here = place.path.reduce<readonly JsonSchema[]>(
    (nodes, key) => nodes.flatMap((node) => (key === -1 ? elementsOf(node) : valuesOf(node, key))),
    branches(schema),
  );
  const listKey = place.path.at(-1) === -1 ? place.path.at(-2) : undefined;
  if (place.key !== null)
    return values(
      here.flatMap((node) => valuesOf(node, place.key!)),
      place.key,
      choices,
    );
  if (typeof listKey === 'string' && here.every((node) => node.properties === undefined))
    return values(here, listKey, choices);
  return keys(here, place.siblings);
}

function keys(nodes: readonly JsonSchema[], siblings: readonly string[]): Option[] {
  const found = new Map<string, Option>();
  for (const node of nodes) {
    for (const [label, own] of Object.entries(node.properties ?? {})) {
      if (siblings.includes(label) || found.has(label)) continue;
      const needed = node.required?.includes(label) === true && nodes.length === 1 ? 'required. ' : '';
      found.set(label, { label, kind: 'key', detail: `${needed}${own.description ?? meaning(own)}` });
    }
  }
  return [...found.values()];
}

function values(nodes: readonly JsonSchema[], key: string, choices: Choices): Option[] {
  const literals = nodes.flatMap((node): Option[] => {
    if (node.const !== undefined) return [{ label: String(node.const), kind: 'value', detail: '' }];
    if (node.type !== 'boolean') return [];
    return ['true', 'false'].map((label) => ({ label, kind: 'value', detail: node.description ?? '' }));
  });
  const catalogue = Object.hasOwn(CATALOGUES, key) ? choices[CATALOGUES[key]!] : [];
  const isText = nodes.some((node) => node.type === 'string');
  const names = isText
    ? catalogue.map(({ id, name }): Option => ({ label: id, kind: 'value', detail: name }))
    : [];
  return [...literals, ...names];
}

/** The schema itself, or what it may be one of. */
function branches(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(branches);
}

function valuesOf(schema: JsonSchema, key: string): readonly JsonSchema[] {
  const own = schema.properties?.[key] ?? Object.values(schema.patternProperties ?? {})[0];
  return own === undefined ? [] : branches(own);
}

function elementsOf({ items }: JsonSchema): readonly JsonSchema[] {
  if (items === undefined) return [];
  return Array.isArray(items) ? (items as readonly JsonSchema[]) : branches(items as JsonSchema);
}

function meaning(schema: JsonSchema): string {
  return schema.anyOf === undefined ? (schema.type ?? '') : 'one of several forms';
}
