/** Saves what is shown as one `.fleet` file: documents, the traces that they name, link, and the report where one is finished. */
import { yamlOf } from '../editor/yaml-text.ts';
import { reportOf, reportPage } from '../report/save-report.ts';
import { linkHere } from '../shell/commands.ts';
import { fileName, saveFile } from '../shell/save.ts';
import { zipped } from '../shell/zip.ts';
import { useAbout } from '../state/about.ts';
import { DOCUMENT_OF, useScreen } from '../state/address.ts';
import { comparisonRun } from '../state/comparison-run.ts';
import { DEFAULT_STATE, type DocumentKind, documentOfKind, useScenario } from '../state/document-store.ts';
import { expectedOf, expectedText } from '../state/expected.ts';
import { canonical } from '../state/setup.ts';
import { tracesOf } from '../state/traces.ts';
import { type BundleHead, FORMAT, HEAD_FILE, LINK_FILE, PAGE_FILE, REPORT_FILE, VERSION } from './format.ts';

const KINDS: readonly DocumentKind[] = ['comparison', 'plan', 'lab'];

interface TextFile {
  readonly path: string;
  readonly text: string;
}

export async function saveBundle(): Promise<void> {
  const { screen } = useScreen.getState();
  const state = useScenario.getState();
  const kinds = kindsToSave();
  const traces = Object.entries(
    Object.assign({}, ...kinds.map((kind) => tracesOf(documentOfKind(state, kind)))) as Record<
      string,
      string
    >,
  );
  const traceFiles = traces.map(([path], at) => `traces/${at + 1}-${path.replaceAll(/[^\w.-]+/g, '-')}`);
  const report = comparisonRun.current()?.report;
  const head: BundleHead = {
    ...{ format: FORMAT, version: VERSION, savedAt: new Date().toISOString(), screen, seeds: state.seeds },
    title: useAbout.getState().title.trim(),
    note: useAbout.getState().note.trim(),
    documents: Object.fromEntries(kinds.map((kind) => [kind, `${kind}.yaml`])),
    traces: Object.fromEntries(traces.map(([path], at) => [path, traceFiles[at]!])),
    computed: report === undefined ? null : expectedText(expectedOf(report)),
  };
  const files = [
    { path: HEAD_FILE, text: json(head) },
    ...kinds.map((kind) => ({ path: `${kind}.yaml`, text: yamlOf(kind, documentOfKind(state, kind)) })),
    ...traces.map(([, text], at) => ({ path: traceFiles[at]!, text })),
    ...(await reportFiles()),
    { path: LINK_FILE, text: `${await linkHere()}\n` },
  ];
  const { name } = (documentOfKind(state, kinds[0]!) ?? {}) as { readonly name?: unknown };
  saveFile(
    fileName(typeof name === 'string' ? name : kinds[0]!, 'bundle', 'fleet'),
    zipped(files),
    'application/zip',
  );
}

/** The document of the screen, and the others that differ from the defaults. */
function kindsToSave(): readonly DocumentKind[] {
  const state = useScenario.getState();
  const own = DOCUMENT_OF[useScreen.getState().screen];
  const others = KINDS.filter(
    (kind) =>
      kind !== own &&
      canonical(documentOfKind(state, kind)) !== canonical(documentOfKind(DEFAULT_STATE, kind)),
  );
  const kinds = own === null ? others : [own, ...others];
  return kinds.length === 0 ? ['comparison'] : kinds;
}

async function reportFiles(): Promise<readonly TextFile[]> {
  const { screen } = useScreen.getState();
  const [report, page] = [reportOf(screen), await reportPage(screen)];
  return [
    ...(report === null ? [] : [{ path: REPORT_FILE, text: json(report) }]),
    ...(page === null ? [] : [{ path: PAGE_FILE, text: page.text }]),
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
