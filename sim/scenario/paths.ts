/** Places in a document by path, e.g. `fleet.pools[0].replicas`, or by an element's name, `fleet.pools.decode.replicas`. */
import { ConfigError, nearest } from '../../src/core/check.ts';

type Container = Record<string | number, unknown>;

/** Keys of a path such as `fleet.pools[1].gpu`. */
export function pathKeys(path: string): (string | number)[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key));
}

/**
 * Sets one value. Missing mappings on the way are made; whether the key is a known one is for the schema to say. Throws
 * ConfigError without a path, in words that quote `label`, where the path leads nowhere.
 */
export function setAt(data: Record<string, unknown>, path: string, value: unknown, label = path): void {
  const keys = pathKeys(path);
  if (keys.length === 0) throw problem(`"${label}"`, 'path=value, e.g. fleet.pools[0].replicas=4');
  let node: Container = data;
  for (const [i, key] of keys.slice(0, -1).entries()) {
    const own = elementKey(node, key, label);
    const child = node[own];
    if (child === undefined) {
      const made = {};
      node[own] = made;
      node = made;
    } else if (typeof child === 'object' && child !== null) {
      node = child as Container;
    } else {
      throw problem(`"${label}"`, `${keys.slice(0, i + 1).join('.')} to hold further fields`);
    }
  }
  node[elementKey(node, keys.at(-1)!, label)] = value;
}

/** In a list, a name stands for the element that has it. */
function elementKey(node: Container, key: string | number, label: string): string | number {
  if (!Array.isArray(node)) return key;
  const elements: readonly unknown[] = node;
  if (typeof key === 'number') {
    if (key < elements.length) return key;
    throw problem(`index ${key} in "${label}"`, `0 to ${elements.length - 1}`);
  }
  const names = elements.map((element) => String((element as { name?: unknown } | null)?.name ?? ''));
  const index = names.indexOf(key);
  if (index >= 0) return index;
  const near = nearest(key, names);
  throw problem(
    `no element named "${key}" in "${label}"`,
    near === undefined ? `one of ${names.join(', ')}, or an index` : `"${near}"?`,
  );
}

function problem(found: string, expected: string): ConfigError {
  return new ConfigError({ path: '', found, expected });
}
