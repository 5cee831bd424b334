/**
 * What links of older versions held, brought to the present form one version at a time. A migration stays for ever: a link
 * in somebody's notes must open.
 */

/** Version that links are written in. */
export const LINK_VERSION = '2';

/** What a link holds: documents that differ from the defaults, and the one of the screen it was made on. */
export interface LinkBody {
  readonly compare?: { readonly document?: unknown; readonly seeds?: unknown };
  readonly plan?: unknown;
  readonly lab?: unknown;
  /** Title and note; the page that cannot show them opens the link all the same. */
  readonly about?: unknown;
}

/** From the version named to the one after it. */
const MIGRATIONS: Readonly<Record<string, (body: unknown) => unknown>> = {
  // One screen, one document: {document, seeds}.
  '1': (body) => ({ compare: body }),
};

/** The body in the present form; null where the version is none of ours. */
export function migrated(version: string, body: unknown): LinkBody | null {
  let at = version;
  let value = body;
  while (at !== LINK_VERSION) {
    const migrate = Object.hasOwn(MIGRATIONS, at) ? MIGRATIONS[at] : undefined;
    if (migrate === undefined) return null;
    value = migrate(value);
    at = String(Number(at) + 1);
  }
  return isMapping(value) ? value : {};
}

function isMapping(value: unknown): value is LinkBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
