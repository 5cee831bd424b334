/** Puts a document on its screen, as a step that can be undone. */
import type { Screen } from '../screen-names.ts';
import { NO_ABOUT, useAbout } from '../state/about.ts';
import { openScreen } from '../state/address.ts';
import { type DocumentKind, putDocument } from '../state/document-store.ts';

const SCREEN_OF: Readonly<Record<DocumentKind, Screen>> = { comparison: 'compare', plan: 'plan', lab: 'lab' };

export function openDocument(kind: DocumentKind, document: unknown): void {
  // What was said of another one is not said of this.
  useAbout.setState(NO_ABOUT);
  putDocument(kind, document);
  openScreen(SCREEN_OF[kind]);
}
