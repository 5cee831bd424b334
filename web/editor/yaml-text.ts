/**
 * A document as YAML text. What was typed keeps its comments, order and style: a change that was made elsewhere (in a form,
 * by undo) is patched into the text, and only where it differs.
 */
import { type Document, isMap, isSeq, parseDocument, stringify } from 'yaml';
import type { DocumentKind } from '../state/document-store.ts';

const OPTIONS = { lineWidth: 0, aliasDuplicateObjects: false } as const;

/** Text as it was last typed, by kind of document. */
const typed = new Map<DocumentKind, string>();

export function keepTyped(kind: DocumentKind, text: string): void {
  typed.set(kind, text);
}

/** Text of the document, as close to what was typed as may be. */
export function yamlOf(kind: DocumentKind, document: unknown): string {
  const text = typed.get(kind);
  return text === undefined ? stringify(plain(document), OPTIONS) : patched(text, document);
}

/** The text with the fewest changes that make it say `document`. */
export function patched(text: string, document: unknown): string {
  const parsed = parseDocument(text);
  if (parsed.errors.length > 0 || !isMapping(parsed.toJS()) || !isMapping(document))
    return stringify(plain(document), OPTIONS);
  const before = JSON.stringify(parsed.toJS());
  patch(parsed, [], parsed.toJS(), plain(document));
  return JSON.stringify(parsed.toJS()) === before ? text : parsed.toString(OPTIONS);
}

type Path = readonly (string | number)[];

function patch(parsed: Document, path: Path, from: unknown, to: unknown): void {
  if (JSON.stringify(from) === JSON.stringify(to)) return;
  const node = parsed.getIn(path, true);
  if (isMap(node) && isMapping(from) && isMapping(to)) {
    for (const key of Object.keys(from)) if (!(key in to)) parsed.deleteIn([...path, key]);
    for (const [key, value] of Object.entries(to)) patch(parsed, [...path, key], from[key], value);
  } else if (isSeq(node) && Array.isArray(from) && Array.isArray(to)) {
    for (let i = from.length - 1; i >= to.length; i -= 1) parsed.deleteIn([...path, i]);
    for (const [i, value] of to.entries()) {
      if (i < from.length) patch(parsed, [...path, i], from[i], value);
      else parsed.addIn(path, parsed.createNode(value));
    }
  } else if (path.length > 0) {
    parsed.setIn(path, isScalar(to) ? to : parsed.createNode(to));
  }
}

/** Without fields that JSON would not write: they are absent in the text, too. */
function plain(value: unknown): unknown {
  return value === undefined ? {} : (JSON.parse(JSON.stringify(value)) as unknown);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
