/** Look-up in a catalogue list by id, with an error that names the nearest known id. */
import { ConfigError, nearest } from '../src/core/check.ts';

/** What the error message says. */
export interface LookupContext {
  /** Where the id stands in the user's document. */
  readonly path: string;
  /** Kind of entry, e.g. `GPU`. */
  readonly what: string;
  /** Command that lists the ids. */
  readonly list: string;
}

/** The entry with that id, in any letter case. Throws ConfigError when there is none. */
export function findById<Entry extends { readonly id: string }>(
  entries: readonly Entry[],
  id: string,
  context: LookupContext,
): Entry {
  const wanted = id.toLowerCase();
  const found = entries.find((entry) => entry.id === wanted);
  if (found !== undefined) return found;
  throw unknownId(
    id,
    entries.map((entry) => entry.id),
    context,
  );
}

/** The error for an id that no entry has. */
export function unknownId(id: string, known: readonly string[], context: LookupContext): ConfigError {
  const near = nearest(id, known);
  const hint = near === undefined ? '' : `, e.g. "${near}"`;
  return new ConfigError({
    path: context.path,
    found: `unknown ${context.what} "${id}"`,
    expected: `an id of \`${context.list}\`${hint}`,
  });
}
