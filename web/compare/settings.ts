/** Fleets as lists of settings, so that what differs between them can be said field by field. */

/** One setting of each fleet; undefined where a fleet has none. */
export interface Setting {
  /** e.g. `pools.prefill.replicas`. */
  readonly path: string;
  readonly values: readonly (string | undefined)[];
  readonly isSame: boolean;
}

/** All settings of the fleets of a comparison document, in the order in which they appear. */
export function settingsOf(document: unknown): Setting[] {
  const { fleets } = (document ?? {}) as { readonly fleets?: unknown };
  if (!Array.isArray(fleets)) return [];
  const flat = fleets.map((fleet) => {
    const values = new Map<string, string>();
    const { name: _, ...settings } = (fleet ?? {}) as Readonly<Record<string, unknown>>;
    flatten(settings, '', values);
    return values;
  });
  const paths = [...new Set(flat.flatMap((values) => [...values.keys()]))];
  const kinds = kindsOf(flat);
  return paths.map((path) => {
    const values = flat.map((own) => own.get(path));
    const isSame = values.every((value) => value === values[0]) || kinds.get(kindOf(path))!.size === 1;
    return { path, values, isSame };
  });
}

/** Values of a kind of setting over all pools of all fleets: a GPU that every pool has tells no fleets apart. */
function kindsOf(flat: readonly ReadonlyMap<string, string>[]): Map<string, Set<string>> {
  const kinds = new Map<string, Set<string>>();
  for (const own of flat) {
    for (const [path, value] of own) {
      const kind = kindOf(path);
      kinds.set(kind, (kinds.get(kind) ?? new Set()).add(value));
    }
  }
  return kinds;
}

/** `pools.prefill.gpu` is a GPU of any pool. */
function kindOf(path: string): string {
  return path.replace(/^pools\.[^.]+\./, 'pools.*.');
}

/** Elements of lists go by their name where they have one: pools are told apart by it, not by their place. */
function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (Array.isArray(value)) {
    for (const [i, element] of value.entries()) {
      const { name } = (element ?? {}) as { readonly name?: unknown };
      flatten(element, join(path, typeof name === 'string' ? name : String(i)), into);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      if (key !== 'name' || typeof child !== 'string') flatten(child, join(path, key), into);
      else if (!path.startsWith('pools.') || path.split('.').length > 2) into.set(join(path, key), child);
    }
  } else into.set(path, String(value));
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
