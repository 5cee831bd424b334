/** Reads a `.fleet` file: what it brings, or in a sentence why it brings nothing. Whether its documents can be run shows when they are. */
import { readYaml } from '../editor/read.ts';
import { SCREENS, type Screen } from '../screen-names.ts';
import { unzipped, ZipError } from '../shell/unzip.ts';
import { type About, aboutFrom } from '../state/about.ts';
import type { DocumentKind } from '../state/document-store.ts';
import { type Expected, readExpected } from '../state/expected.ts';
import { MAX_SEEDS } from '../state/fragment.ts';
import { type BundleHead, FORMAT, HEAD_FILE, VERSION } from './format.ts';

export interface Bundle {
  readonly about: About;
  /** As `2026-11-28`; empty where the file does not say. */
  readonly savedOn: string;
  readonly screen: Screen;
  /** Null: as many as there are. */
  readonly seeds: number | null;
  readonly documents: Readonly<Partial<Record<DocumentKind, unknown>>>;
  readonly traces: Readonly<Record<string, string>>;
  readonly computed: Expected | null;
}

export type ReadBundle =
  | { readonly status: 'done'; readonly bundle: Bundle }
  | { readonly status: 'refused'; readonly reason: string };

const KINDS: readonly DocumentKind[] = ['comparison', 'plan', 'lab'];

export async function readBundle(archive: Uint8Array<ArrayBuffer>): Promise<ReadBundle> {
  try {
    return { status: 'done', bundle: bundleOf(await unzipped(archive)) };
  } catch (error) {
    if (error instanceof ZipError) return { status: 'refused', reason: error.message };
    throw error;
  }
}

function bundleOf(files: ReadonlyMap<string, string>): Bundle {
  const head = headOf(files.get(HEAD_FILE));
  const documents = Object.fromEntries(
    KINDS.flatMap((kind) => {
      const path = head.documents?.[kind];
      return path === undefined ? [] : [[kind, documentFrom(path, textFrom(files, path))] as const];
    }),
  );
  if (Object.keys(documents).length === 0) throw new ZipError('there is no document in it');
  const traces = Object.entries(head.traces ?? {}).map(
    ([name, path]) => [name, textFrom(files, path)] as const,
  );
  const { seeds } = head;
  return {
    ...{ about: aboutFrom(head), savedOn: savedOn(head.savedAt), documents },
    screen: SCREENS.find((screen) => screen === head.screen) ?? 'compare',
    seeds: Number.isInteger(seeds) && seeds! >= 1 && seeds! <= MAX_SEEDS ? seeds! : null,
    traces: Object.fromEntries(traces),
    computed: readExpected(typeof head.computed === 'string' ? head.computed : null),
  };
}

function headOf(text: string | undefined): Partial<BundleHead> {
  if (text === undefined) throw new ZipError(`it has no ${HEAD_FILE}: Drydock has not saved it`);
  const head = jsonOf(text);
  if (head?.format !== FORMAT) throw new ZipError(`its ${HEAD_FILE} is none of Drydock's`);
  if (head.version !== VERSION) {
    throw new ZipError(`it is of version ${String(head.version).slice(0, 12)}; this page reads ${VERSION}`);
  }
  return head;
}

function jsonOf(text: string): Partial<BundleHead> | null {
  try {
    return JSON.parse(text) as Partial<BundleHead> | null;
  } catch {
    return null;
  }
}

function textFrom(files: ReadonlyMap<string, string>, path: unknown): string {
  const text = files.get(String(path));
  if (text === undefined) throw new ZipError(`${String(path).slice(0, 60)} is missing in it`);
  return text;
}

function documentFrom(path: string, text: string): unknown {
  const read = readYaml(text);
  if (read.kind === 'data') return read.data;
  const { line, message } = read.problems[0]!;
  throw new ZipError(`${path} in it cannot be read: line ${line}, ${message}`);
}

function savedOn(at: unknown): string {
  return typeof at === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(at) ? at.slice(0, 10) : '';
}
