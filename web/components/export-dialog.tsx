/** The files that deploy a fleet, to be looked at before they are taken: what each says, and what none of them can say. */
import { useEffect, useRef, useState } from 'react';
import type { Scenario } from '../../sim/scenario/schema.ts';
import { copyText, fileName, saveFile } from '../shell/save.ts';
import { zipped } from '../shell/zip.ts';
import { client } from '../state/simulator.ts';
import type { Choice, ExportOutcome } from '../worker/api.ts';

interface ExportDialogProps {
  readonly name: string;
  /** Shorter than the name, which files are called by. */
  readonly title?: string;
  readonly scenario: Scenario;
  readonly onClose: () => void;
}

/** The scenario itself is a target of the page's own. */
const SCENARIO: Choice = { id: 'scenario', name: 'the scenario, for drydock run' };

export function ExportDialog({ name, title, scenario, onClose }: ExportDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [targets, setTargets] = useState<readonly Choice[]>([SCENARIO]);
  const [target, setTarget] = useState(SCENARIO.id);
  const [outcome, setOutcome] = useState<ExportOutcome | null>(null);
  const [at, setAt] = useState(0);
  useEffect(() => {
    dialog.current?.showModal();
    void client.remote.exportTargets().then((all) => setTargets([SCENARIO, ...all]));
  }, []);
  useEffect(() => {
    let isGone = false;
    void filesOf(target, name, scenario).then((next) => {
      if (isGone) return;
      setOutcome(next);
      setAt(0);
    });
    return () => {
      isGone = true;
    };
  }, [target, name, scenario]);
  return (
    <dialog ref={dialog} className="export" aria-labelledby="export-title" onClose={onClose}>
      <div className="help-head">
        <h2 id="export-title">Save {title ?? name}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <label className="inline-field">
        As
        <select value={target} onChange={(event) => setTarget(event.target.value)}>
          {targets.map((one) => (
            <option key={one.id} value={one.id}>
              {one.id}: {one.name}
            </option>
          ))}
        </select>
      </label>
      {outcome?.status === 'refused' && (
        <div role="alert" className="problem-box">
          <ul className="problems">
            {outcome.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      )}
      {outcome?.status === 'done' && (
        <Files name={name} target={target} outcome={outcome} at={at} setAt={setAt} />
      )}
    </dialog>
  );
}

interface FilesProps {
  readonly name: string;
  readonly target: string;
  readonly outcome: Extract<ExportOutcome, { status: 'done' }>;
  readonly at: number;
  readonly setAt: (at: number) => void;
}

function Files({ name, target, outcome: { files, gaps }, at, setAt }: FilesProps) {
  const file = files[at] ?? files[0]!;
  const saveAll = (): void => saveFile(fileName(name, target, 'zip'), zipped(files), 'application/zip');
  return (
    <>
      <div className="filters">
        {files.length > 1 && (
          <label className="inline-field">
            File
            <select value={at} onChange={(event) => setAt(Number(event.target.value))}>
              {files.map(({ path }, index) => (
                <option key={path} value={index}>
                  {path}
                </option>
              ))}
            </select>
          </label>
        )}
        <span className="buttons">
          <button type="button" onClick={() => void copyText(file.text, file.path)}>
            Copy
          </button>
          <button type="button" onClick={() => saveFile(file.path, file.text, 'application/octet-stream')}>
            Save {file.path}
          </button>
          {files.length > 1 && (
            <button type="button" onClick={saveAll}>
              Save all {files.length} as zip
            </button>
          )}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="preview" aria-label={`Text of ${file.path}`} tabIndex={0}>
        <pre>{file.text}</pre>
      </section>
      {gaps.length > 0 && (
        <details>
          <summary>{gaps.length} things that these files cannot say</summary>
          <ul className="gaps">
            {gaps.map((gap) => (
              <li key={gap}>{gap}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

async function filesOf(target: string, name: string, scenario: Scenario): Promise<ExportOutcome> {
  if (target !== SCENARIO.id) return await client.remote.exportFleet(target, { name, scenario });
  const { stringify } = await import('yaml');
  const head = `# ${name}\n# Made by Drydock: simulated estimate, validate before production.\n`;
  const text = head + stringify(scenario, { lineWidth: 0, aliasDuplicateObjects: false });
  return { status: 'done', files: [{ path: 'scenario.yaml', text }], gaps: [] };
}
