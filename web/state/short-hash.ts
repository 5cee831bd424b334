/** Short name of a screen's document: equal for equal ones, so that a file can be told to be of the document that is shown. */
import type { Screen } from '../screen-names.ts';
import { DOCUMENT_OF } from './address.ts';
import { type DocumentKind, documentOfKind, keyOf, type ScenarioState } from './document-store.ts';
import { hashOf } from './hash.ts';
import { canonical } from './setup.ts';

const DIGITS = 7;

/** Seven hexadecimal digits; null on a screen that has no document. */
export function shortHash(screen: Screen, state: ScenarioState): string | null {
  const kind = DOCUMENT_OF[screen];
  return kind === null ? null : hashOf(textOf(kind, state)).slice(0, DIGITS);
}

function textOf(kind: DocumentKind, state: ScenarioState): string {
  return kind === 'comparison' ? keyOf(state) : canonical(documentOfKind(state, kind));
}
