/**
 * Measured runs of one's own become a calibration: fitted in a worker of its own, with the error that the fit makes on runs it has
 * not seen, kept under its name in this browser, and offered by the comparison's form.
 */
import { useEffect, useRef, useState } from 'react';
import type { Comparison } from '../../sim/scenario/schema.ts';
import type { JobOutcome } from '../../sim/worker/api.ts';
import type { ConfigProblem } from '../../src/core/check.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText, UNKNOWN } from '../format.ts';
import { SelectField } from '../rail/select-field.tsx';
import { TextField } from '../rail/text-field.tsx';
import { useScenario } from '../state/document-store.ts';
import { put, remove } from '../state/library-store.ts';
import { useLibrary } from '../state/shelves.ts';
import { useChoices } from '../state/use-choices.ts';
import type { CalibrationFit } from '../worker/calibration.ts';
import { WorkerClient } from '../worker/client.ts';
import { openDocument } from './open-document.ts';
import { textOf } from './text-of.ts';

/** A worker of its own: a fit never pauses, and is stopped by ending the worker. */
const client = new WorkerClient();

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly runs: number }
  | { readonly kind: 'ended'; readonly outcome: JobOutcome<CalibrationFit> };

const ENGINES = [
  { id: 'vllm', name: 'vLLM' },
  { id: 'sglang', name: 'SGLang' },
];

const PRECISIONS = [
  { id: '', name: 'the model’s own' },
  ...['bf16', 'fp8', 'fp8_block', 'nvfp4', 'int8_wo', 'int4_wo'].map((id) => ({ id, name: id })),
];

let jobs = 0;

export function CalibrateFiles() {
  const choices = useChoices();
  const [where, setWhere] = useState({
    ...{ name: 'ours', gpu: 'h100-sxm', model: 'llama-3.1-8b', tp: '1' },
    ...{ engine: 'vllm', version: '0.19', weights: '' },
  });
  const [files, setFiles] = useState<readonly File[]>([]);
  const [state, setState] = useState<State>({ kind: 'idle' });
  const job = useRef<string | null>(null);
  const stop = (): void => {
    if (job.current !== null) client.cancel(job.current);
  };
  useEffect(
    () => () => {
      if (job.current !== null) client.cancel(job.current);
    },
    [],
  );
  const edit = (change: Partial<typeof where>): void => setWhere((before) => ({ ...before, ...change }));
  const calibrate = async (): Promise<void> => {
    jobs += 1;
    const jobId = `calibration-${jobs}`;
    job.current = jobId;
    setState({ kind: 'running', runs: 0 });
    const read = await Promise.all(
      files.map(async (file) => ({ name: file.name, text: await textOf(file) })),
    );
    const { name, gpu, model, tp, engine, version, weights } = where;
    const deployment = {
      ...{ gpu, model, tp: Math.max(1, Math.round(Number(tp)) || 1), engine, version, args: {} },
      ...(weights === '' ? {} : { weights }),
    };
    const outcome = await client.run<CalibrationFit>(
      jobId,
      ({ runsDone }) => setState({ kind: 'running', runs: runsDone }),
      (remote, tell) => remote.calibrateFiles({ name, files: read, deployment }, jobId, tell),
    );
    if (job.current !== jobId) return;
    job.current = null;
    setState({ kind: 'ended', outcome });
  };
  return (
    <section aria-labelledby="calibrate">
      <h2 id="calibrate">Calibrate with measurements of your own</h2>
      <p className="quiet-text">
        Results of <code>vllm bench serve --save-detailed</code>, inference-perf or GuideLLM from one engine
        build, best at several loads. They are read and fitted in this tab, and never leave it.
      </p>
      <div className="filters">
        <TextField label="Name of the calibration" value={where.name} onChange={(name) => edit({ name })} />
        <SelectField label="GPU" value={where.gpu} choices={choices.gpus} onChange={(gpu) => edit({ gpu })} />
        <SelectField
          label="Model"
          value={where.model}
          choices={choices.models}
          onChange={(model) => edit({ model })}
        />
        <TextField label="Tensor-parallel size" value={where.tp} onChange={(tp) => edit({ tp })} />
        <SelectField
          label="Engine"
          value={where.engine}
          choices={ENGINES}
          onChange={(engine) => edit({ engine })}
        />
        <TextField label="Engine version" value={where.version} onChange={(version) => edit({ version })} />
        <SelectField
          label="Weight precision"
          value={where.weights}
          choices={PRECISIONS}
          onChange={(weights) => edit({ weights })}
        />
      </div>
      <p>
        <label>
          Measurement files{' '}
          <input type="file" multiple onChange={(event) => setFiles([...(event.target.files ?? [])])} />
        </label>
      </p>
      <p className="buttons">
        {state.kind === 'running' ? (
          <button type="button" onClick={stop}>
            Stop the fit
          </button>
        ) : (
          <button
            type="button"
            disabled={files.length === 0 || where.name.trim() === ''}
            onClick={() => void calibrate()}
          >
            Fit a calibration
          </button>
        )}
      </p>
      {state.kind === 'running' && (
        <p className="quiet-text">Fitting: {countText(state.runs)} runs simulated</p>
      )}
      {state.kind === 'ended' && <Ended outcome={state.outcome} />}
      <Kept />
    </section>
  );
}

function Ended({ outcome }: { readonly outcome: JobOutcome<CalibrationFit> }) {
  switch (outcome.status) {
    case 'done':
      return <Fit fit={outcome.result} />;
    case 'cancelled':
      return <p className="quiet-text">Stopped.</p>;
    case 'failed':
      return <p className="notice">{outcome.message}</p>;
    case 'invalid':
      return (
        <div role="alert" className="problem-box">
          <ul className="problems">
            {outcome.problems.map((problem) => (
              <li key={`${problem.file} ${problem.path} ${problem.found}`}>{problemText(problem)}</li>
            ))}
          </ul>
        </div>
      );
  }
}

function problemText({ file, path, found, expected }: ConfigProblem): string {
  const place = [file, path].filter((part) => part !== undefined && part !== '').join(', ');
  return `${place}${place === '' ? '' : ': '}found ${found}; expected ${expected}`;
}

function Fit({ fit: { calibration, runs, skipped, errors } }: { readonly fit: CalibrationFit }) {
  return (
    <>
      <p role="status">
        {calibration.name}: fitted to {countText(runs)} {runs === 1 ? 'run' : 'runs'}.
        {runs === 1 ? ' A single run cannot be cross-validated: measure at a second load.' : ''}
      </p>
      <ScrollTable label="Median absolute error in percent">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Values</th>
            <th scope="col">Built-in</th>
            <th scope="col">Fitted</th>
            <th scope="col">
              Cross-validated<span className="under">runs not fitted to</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {errors.map(({ metric, n, builtinPct, fittedPct, crossValidatedPct }) => (
            <tr key={metric}>
              <th scope="row">{metric}</th>
              <td>{countText(n)}</td>
              <td>{pctText(builtinPct)}</td>
              <td>{pctText(fittedPct)}</td>
              <td>{pctText(crossValidatedPct)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {skipped.map(({ id, reason }) => (
        <p key={id} className="quiet-text">
          {id} was not used: {reason}
        </p>
      ))}
      <p className="buttons">
        <button
          type="button"
          onClick={() =>
            put('calibrations', calibration.name, { calibration, savedAt: new Date().toISOString() })
          }
        >
          Keep it in this browser
        </button>
      </p>
    </>
  );
}

function Kept() {
  const calibrations = useLibrary((state) => state.calibrations);
  if (calibrations.size === 0) return null;
  return (
    <ScrollTable label="Kept calibrations">
      <thead>
        <tr>
          <th scope="col">Calibration</th>
          <th scope="col">Kept</th>
          <th scope="col">
            <span className="visually-hidden">Use or forget</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {[...calibrations].map(([name, { calibration, savedAt }]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{savedAt.slice(0, 10)}</td>
            <td className="row-actions">
              <button
                type="button"
                onClick={() => {
                  const comparison = useScenario.getState().document as Comparison;
                  openDocument('comparison', { ...comparison, calibration });
                }}
              >
                Compare with it
              </button>
              <button type="button" onClick={() => remove('calibrations', name)}>
                Forget
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function pctText(pct: number | null): string {
  return pct === null ? UNKNOWN : pct.toFixed(1);
}
