/**
 * Files of other tools: traces, benchmark results, command lines, Helm values, router configurations. Told apart by what they
 * hold; read here, with what could not be read and where; and put to use by a button. They stay in this browser.
 */
import { useState } from 'react';
import type { Comparison, NamedFleet, WorkloadSpec } from '../../sim/scenario/schema.ts';
import type { ConfigProblem } from '../../src/core/check.ts';
import type { ReadBundle } from '../bundle/read-bundle.ts';
import { ProblemList } from '../components/problem-list.tsx';
import { countText } from '../format.ts';
import { announce } from '../shell/announce.tsx';
import { useScenario } from '../state/document-store.ts';
import { put, remove } from '../state/library-store.ts';
import { useLibrary } from '../state/shelves.ts';
import { client } from '../state/simulator.ts';
import type { OwnTable, ReadFile } from '../worker/imports.ts';
import { BundlePreview } from './bundle-preview.tsx';
import { CalibrateFiles } from './calibrate-files.tsx';
import { ColumnMappingPage } from './column-mapping.tsx';
import { DropFiles } from './drop-files.tsx';
import { KeptTable } from './kept-table.tsx';
import { openDocument } from './open-document.ts';
import { contentOf, plainName } from './text-of.ts';

/** A file that was dropped, and what it is. */
type Dropped = { readonly name: string } & (
  | { readonly kind: 'bundle'; readonly read: ReadBundle }
  | { readonly kind: 'table'; readonly own: OwnTable }
  | { readonly kind: 'known'; readonly text: string; readonly read: KnownFile }
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] }
);
type KnownFile = Extract<ReadFile, { status: 'done' }>;

/** Accelerator of servers whose file names none. */
const FALLBACK_GPU = 'h100-sxm';
/** Lines of the problem list on the page. */
const MOST_NOTES = 20;

export function Imports() {
  const [dropped, setDropped] = useState<readonly Dropped[]>([]);
  const take = async (files: readonly File[]): Promise<void> =>
    setDropped(await Promise.all(files.map(readDropped)));
  return (
    <>
      <section aria-labelledby="drop">
        <h2 id="drop">Bring a file</h2>
        <DropFiles label="Drop files here, or choose them" onFiles={(files) => void take(files)}>
          What Drydock has saved as <code>.fleet</code>. Traces (Mooncake, Azure, BurstGPT, ServeGen, BLIS),
          CSV, JSON Lines and Parquet of your own, results of vLLM bench, inference-perf and GuideLLM,{' '}
          <code>vllm serve</code> and other command lines, llm‑d Helm values, EndpointPickerConfig,
          config.json of Hugging Face; also gzipped. Files stay in this browser.
        </DropFiles>
      </section>
      {dropped.map((one) => (
        <Preview key={one.name} dropped={one} />
      ))}
      <KeptTraces />
      <CalibrateFiles />
    </>
  );
}

async function readDropped(file: File): Promise<Dropped> {
  if (/\.(fleet|zip)$/i.test(file.name)) {
    const { readBundle } = await import('../bundle/read-bundle.ts');
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { name: file.name, kind: 'bundle', read: await readBundle(bytes) };
  }
  const name = plainName(file);
  const content = await contentOf(file);
  const read = await client.remote.readFile(name, content, FALLBACK_GPU);
  if (read.status === 'refused') return { name, kind: 'refused', problems: read.problems };
  if (read.status === 'table') return { name, kind: 'table', own: read.own };
  return { name, kind: 'known', text: content as string, read };
}

function Preview({ dropped }: { readonly dropped: Dropped }) {
  const { name } = dropped;
  switch (dropped.kind) {
    case 'bundle':
      return <BundlePreview name={name} read={dropped.read} />;
    case 'table':
      return <ColumnMappingPage name={name} own={dropped.own} onTrace={(trace) => takeMapped(name, trace)} />;
    case 'refused':
      return (
        <section aria-label={name}>
          <h2>{name} cannot be read</h2>
          <ProblemList problems={dropped.problems} />
        </section>
      );
    case 'known':
      return <Known name={name} text={dropped.text} read={dropped.read} />;
  }
}

interface KnownProps {
  readonly name: string;
  readonly text: string;
  readonly read: KnownFile;
}

function Known({ name, text, read }: KnownProps) {
  const { facts, notes, workload, pools } = read;
  return (
    <section aria-label={name}>
      <h2>{name}</h2>
      {facts.length > 0 && <pre className="facts">{facts.join('\n')}</pre>}
      {notes.length > 0 && (
        <>
          <h3>{countText(notes.length)} things to know</h3>
          <ul>
            {notes.slice(0, MOST_NOTES).map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      <p className="buttons">
        {workload !== null && (
          <button type="button" onClick={() => takeWorkload(name, text, workload, false)}>
            Compare fleets under it
          </button>
        )}
        {workload !== null && notes.length > 0 && (
          <button type="button" onClick={() => takeWorkload(name, text, workload, true)}>
            Leave bad rows out, and compare under it
          </button>
        )}
        {pools.length > 0 && (
          <button type="button" onClick={() => takeFleet(name, read)}>
            Add it as a fleet
          </button>
        )}
      </p>
    </section>
  );
}

/** The comparison under this trace, which is kept so that it can be named again. */
function takeWorkload(name: string, text: string, workload: WorkloadSpec, skipBad: boolean): void {
  put('traces', name, { text, bytes: text.length });
  const comparison = useScenario.getState().document as Comparison;
  const own = skipBad && workload.kind === 'trace' ? { ...workload, badRows: 'skip' as const } : workload;
  openDocument('comparison', { ...comparison, workload: own });
}

/** Keeps a trace in Drydock's own format, and opens the comparison under it. */
function takeMapped(name: string, text: string): void {
  takeWorkload(name, text, { kind: 'trace', format: 'drydock', path: name }, false);
}

/** The comparison with one more fleet. */
function takeFleet(name: string, read: KnownFile): void {
  const comparison = useScenario.getState().document as Comparison;
  const fleet: NamedFleet = {
    name: name.replace(/\.\w+$/, ''),
    pools: [...read.pools],
    ...(read.router === null ? {} : { router: read.router }),
  };
  const others = comparison.fleets.filter((one) => one.name !== fleet.name).slice(0, 4);
  openDocument('comparison', { ...comparison, fleets: [fleet, ...others] });
}

function KeptTraces() {
  const traces = useLibrary((state) => state.traces);
  const again = async (name: string): Promise<void> => {
    const text = traces.get(name)?.text ?? '';
    const read = await client.remote.readFile(name, text, FALLBACK_GPU);
    if (read.status === 'done' && read.workload !== null) takeWorkload(name, text, read.workload, false);
    else announce(`${name} cannot be read any more.`);
  };
  return (
    <section aria-labelledby="kept-traces">
      <h2 id="kept-traces">Kept in this browser</h2>
      {traces.size === 0 ? (
        <p className="quiet-text">No trace yet.</p>
      ) : (
        <KeptTable
          label="Kept traces"
          heads={['File', 'Size']}
          rows={[...traces].map(([name, { bytes }]) => ({ name, detail: `${countText(bytes / 1024)} KiB` }))}
          use="Use"
          onUse={(name) => void again(name)}
          onForget={(name) => remove('traces', name)}
        />
      )}
    </section>
  );
}
