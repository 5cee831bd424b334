/**
 * Files of other tools: traces, benchmark results, command lines, Helm values, router configurations. Told apart by what they
 * hold; read here, with what could not be read and where; and put to use by a button. They stay in this browser.
 */
import { useState } from 'react';
import type { Comparison, NamedFleet, WorkloadSpec } from '../../sim/scenario/schema.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText } from '../format.ts';
import { announce } from '../shell/announce.tsx';
import { useScenario } from '../state/document-store.ts';
import { put, remove } from '../state/library-store.ts';
import { useLibrary } from '../state/shelves.ts';
import { client } from '../state/simulator.ts';
import type { ReadFile } from '../worker/imports.ts';
import { CalibrateFiles } from './calibrate-files.tsx';
import { openDocument } from './open-document.ts';
import { textOf } from './text-of.ts';

interface Dropped {
  readonly name: string;
  readonly text: string;
  readonly read: ReadFile;
}

/** Accelerator of servers whose file names none. */
const FALLBACK_GPU = 'h100-sxm';
/** Lines of the problem list on the page. */
const MOST_NOTES = 20;

export function Imports() {
  const [dropped, setDropped] = useState<readonly Dropped[]>([]);
  const [isOver, setOver] = useState(false);
  const take = async (files: readonly File[]): Promise<void> => {
    const read = await Promise.all(
      files.map(async (file): Promise<Dropped> => {
        const text = await textOf(file);
        const name = file.name.replace(/\.gz$/, '');
        return { name, text, read: await client.remote.readFile(name, text, FALLBACK_GPU) };
      }),
    );
    setDropped(read);
  };
  return (
    <>
      <section aria-labelledby="drop">
        <h2 id="drop">Bring a file</h2>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way; the field inside is the other */}
        <div
          className={isOver ? 'drop over' : 'drop'}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            void take([...event.dataTransfer.files]);
          }}
        >
          <label>
            Drop files here, or choose them{' '}
            <input type="file" multiple onChange={(event) => void take([...(event.target.files ?? [])])} />
          </label>
          <p className="quiet-text">
            Traces (Mooncake, Azure, BurstGPT, ServeGen, BLIS), results of vLLM bench, inference-perf and
            GuideLLM, <code>vllm serve</code> and other command lines, llm-d Helm values,
            EndpointPickerConfig, config.json of Hugging Face; also gzipped. Files stay in this browser.
          </p>
        </div>
      </section>
      {dropped.map((one) => (
        <Preview key={one.name} dropped={one} />
      ))}
      <KeptTraces />
      <CalibrateFiles />
    </>
  );
}

function Preview({ dropped: { name, text, read } }: { readonly dropped: Dropped }) {
  if (read.status === 'refused') {
    return (
      <section aria-label={name}>
        <h2>{name} cannot be read</h2>
        <div role="alert" className="problem-box">
          <ul className="problems">
            {read.problems.map((problem) => (
              <li key={`${problem.path} ${problem.found}`}>
                {problem.path}
                {problem.path === '' ? '' : ': '}found {problem.found}; expected {problem.expected}
              </li>
            ))}
          </ul>
        </div>
      </section>
    );
  }
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

/** The comparison with one more fleet. */
function takeFleet(name: string, read: Extract<ReadFile, { status: 'done' }>): void {
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
  const again = async (name: string, text: string): Promise<void> => {
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
        <ScrollTable label="Kept traces">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Size</th>
              <th scope="col">
                <span className="visually-hidden">Use or forget</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {[...traces].map(([name, { text, bytes }]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{countText(bytes / 1024)} KiB</td>
                <td className="row-actions">
                  <button type="button" onClick={() => void again(name, text)}>
                    Use
                  </button>
                  <button type="button" onClick={() => remove('traces', name)}>
                    Forget
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </section>
  );
}
