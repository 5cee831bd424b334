/** Changes to a document from the command line: `--set path=value` and the options that are short for one. */
import { parse } from 'yaml';
import { ConfigError, nearest } from '../../src/core/check.ts';
import { pathKeys } from './document.ts';

type Container = Record<string | number, unknown>;

/**
 * Sets one value, e.g. `fleet.pools[0].replicas=4`, or by the pool's name `fleet.pools.decode.replicas=4`. The value is
 * read as YAML. Missing mappings on the way are made; whether the key is a known one is for the schema to say.
 */
export function applySet(data: Record<string, unknown>, setting: string): void {
  const equals = setting.indexOf('=');
  const keys = pathKeys(equals < 0 ? '' : setting.slice(0, equals));
  if (keys.length === 0) {
    throw problem(`"${setting}"`, 'path=value, e.g. fleet.pools[0].replicas=4');
  }
  let node: Container = data;
  for (const [i, key] of keys.slice(0, -1).entries()) {
    const child = step(node, key, setting);
    if (child === undefined) {
      const made = {};
      node[key] = made;
      node = made;
    } else if (typeof child === 'object' && child !== null) {
      node = child as Container;
    } else {
      throw problem(`"${setting}"`, `${keys.slice(0, i + 1).join('.')} to hold further fields`);
    }
  }
  const last = keys.at(-1)!;
  node[elementKey(node, last, setting)] = readValue(setting.slice(equals + 1), setting);
}

/** Sets a value below a mapping that may be missing, e.g. `run.requests`. */
export function setIn(data: Record<string, unknown>, group: string, key: string, value: unknown): void {
  const existing = data[group];
  const base = typeof existing === 'object' && existing !== null ? existing : {};
  data[group] = { ...base, [key]: value };
}

function readValue(text: string, setting: string): unknown {
  try {
    return parse(text);
  } catch {
    throw problem(`"${setting}"`, 'a value in YAML');
  }
}

function step(node: Container, key: string | number, setting: string): unknown {
  return node[elementKey(node, key, setting)];
}

/** In a list, a name stands for the element that has it. */
function elementKey(node: Container, key: string | number, setting: string): string | number {
  if (!Array.isArray(node)) return key;
  const elements: readonly unknown[] = node;
  if (typeof key === 'number') {
    if (key < elements.length) return key;
    throw problem(`index ${key} in "${setting}"`, `0 to ${elements.length - 1}`);
  }
  const names = elements.map((element) => String((element as { name?: unknown } | null)?.name ?? ''));
  const index = names.indexOf(key);
  if (index >= 0) return index;
  const near = nearest(key, names);
  throw problem(
    `no element named "${key}" in "${setting}"`,
    near === undefined ? `one of ${names.join(', ')}, or an index` : `"${near}"?`,
  );
}

function problem(found: string, expected: string): ConfigError {
  return new ConfigError({ path: '', file: '--set', found, expected });
}
