/**
 * What a `.fleet` file is: a zip archive of texts that other programs read too. `bundle.json` says what else is in it; documents
 * are the YAML that the command runs, traces the files that they name, and the report is for whoever has no Drydock.
 */
import type { Screen } from '../screen-names.ts';
import type { DocumentKind } from '../state/document-store.ts';

export const FORMAT = 'drydock-fleet';
/** Newer ones are refused, older ones will be brought up to date. */
export const VERSION = 1;

export const HEAD_FILE = 'bundle.json';
export const LINK_FILE = 'link.txt';
export const REPORT_FILE = 'report.json';
export const PAGE_FILE = 'report.html';

/** `bundle.json`. */
export interface BundleHead {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly savedAt: string;
  readonly screen: Screen;
  /** Runs per fleet of the comparison. */
  readonly seeds: number;
  readonly title: string;
  readonly note: string;
  /** Files of the documents by kind. */
  readonly documents: Readonly<Partial<Record<DocumentKind, string>>>;
  /** Files of traces by the path that documents name. */
  readonly traces: Readonly<Record<string, string>>;
  /** Build of the simulator and fingerprints of what it computed, as in a link; null where nothing finished. */
  readonly computed: string | null;
}
