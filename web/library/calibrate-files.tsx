/**
 * Measured runs of one's own become a calibration: fitted in a worker of its own, with the error that the fit makes on runs it has
 * not seen, kept under its name in this browser, and offered by the comparison's form.
 */
import { useState } from 'react';
import type { Comparison } from '../../sim/scenario/schema.ts';
import { countText } from '../format.ts';
import { SelectField } from '../rail/select-field.tsx';
import { TextField } from '../rail/text-field.tsx';
import { startCalibration, stopCalibration, useCalibrationRun } from '../state/calibration-run.ts';
import { useScenario } from '../state/document-store.ts';
import { remove } from '../state/library-store.ts';
import { useLibrary } from '../state/shelves.ts';
import { useChoices } from '../state/use-choices.ts';
import { CalibrationResult } from './calibration-result.tsx';
import { DropFiles } from './drop-files.tsx';
import { KeptTable } from './kept-table.tsx';
import { openDocument } from './open-document.ts';
import { type TextFile, textFile } from './text-of.ts';

const ENGINES = [
  { id: 'vllm', name: 'vLLM' },
  { id: 'sglang', name: 'SGLang' },
];

const PRECISIONS = [
  { id: '', name: 'the model’s own' },
  ...['bf16', 'fp8', 'fp8_block', 'nvfp4', 'int8_wo', 'int4_wo'].map((id) => ({ id, name: id })),
];

export function CalibrateFiles() {
  const choices = useChoices();
  const [where, setWhere] = useState({
    ...{ name: 'ours', gpu: 'h100-sxm', model: 'llama-3.1-8b', tp: '1' },
    ...{ engine: 'vllm', version: '0.19', weights: '' },
  });
  const [files, setFiles] = useState<readonly TextFile[]>([]);
  const fit = useCalibrationRun((state) => state.fit);
  const take = async (chosen: readonly File[]): Promise<void> =>
    setFiles(await Promise.all(chosen.map(textFile)));
  const edit = (change: Partial<typeof where>): void => setWhere((before) => ({ ...before, ...change }));
  const calibrate = (): void => {
    const { name, gpu, model, tp, engine, version, weights } = where;
    const deployment = {
      ...{ gpu, model, tp: Math.max(1, Math.round(Number(tp)) || 1), engine, version, args: {} },
      ...(weights === '' ? {} : { weights }),
    };
    void startCalibration({ name, files, deployment });
  };
  return (
    <section aria-labelledby="calibrate">
      <h2 id="calibrate">Calibrate with measurements of your own</h2>
      <p className="quiet-text">
        Results of <code>vllm bench serve --save-detailed</code>, inference-perf or GuideLLM from one engine
        build, best at several loads. They are read and fitted in this tab, and never leave it.
      </p>
      <div className="calibration-fields">
        <TextField label="Name" value={where.name} onChange={(name) => edit({ name })} />
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
      <DropFiles label="Measurement files" onFiles={(chosen) => void take(chosen)}>
        {files.length === 0 ? 'Dropped here, or chosen.' : files.map(({ name }) => name).join(', ')}
      </DropFiles>
      <p className="buttons">
        {fit.kind === 'running' ? (
          <button type="button" onClick={stopCalibration}>
            Stop the fit
          </button>
        ) : (
          <button type="button" disabled={files.length === 0 || where.name.trim() === ''} onClick={calibrate}>
            Fit a calibration
          </button>
        )}
      </p>
      {fit.kind === 'running' && <p className="quiet-text">Fitting: {countText(fit.runs)} runs simulated</p>}
      {fit.kind === 'ended' && <CalibrationResult outcome={fit.outcome} />}
      <Kept />
    </section>
  );
}

function Kept() {
  const calibrations = useLibrary((state) => state.calibrations);
  if (calibrations.size === 0) return null;
  const use = (name: string): void => {
    const kept = calibrations.get(name);
    const comparison = useScenario.getState().document as Comparison;
    if (kept !== undefined) openDocument('comparison', { ...comparison, calibration: kept.calibration });
  };
  return (
    <KeptTable
      label="Kept calibrations"
      heads={['Calibration', 'Kept']}
      rows={[...calibrations].map(([name, { savedAt }]) => ({ name, detail: savedAt.slice(0, 10) }))}
      use="Compare with it"
      onUse={use}
      onForget={(name) => remove('calibrations', name)}
    />
  );
}
