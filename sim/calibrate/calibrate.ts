/**
 * From the texts of measurement files to a calibration: what the CLI and the browser's worker call. Nothing
 * is read or written here.
 */
import { ConfigError } from '../../src/core/check.ts';
import { type MeasuredCase, parseCase } from '../validate/case.ts';
import { type FitOptions, type FitReport, fitOverhead } from './fit-overhead.ts';
import { type KernelFit, kernelFactors } from './kernel-table.ts';
import { type MeasuredDeployment, runCaseOf } from './measured-run.ts';
import { type RunFormat, readRuns, runFormatOf } from './read-runs.ts';

/** A file by name and text; `format` where the user said which, else it is recognised. */
export interface MeasurementFile {
  readonly name: string;
  readonly text: string;
  readonly format?: RunFormat | 'cases';
}

/** What to fit. */
export interface CalibrateInput {
  readonly files: readonly MeasurementFile[];
  /** Where runs were measured; needed by all formats but cases, which say so themselves. */
  readonly deployment?: MeasuredDeployment;
  /** A CSV of kernel timings of the same deployment. */
  readonly kernels?: { readonly name: string; readonly text: string };
  /** Text of a file that a case names. */
  readonly readFile?: (path: string) => string;
  readonly options: Omit<FitOptions, 'kernels'>;
}

/** A fit, and what the kernel timings said. */
export interface CalibrateResult extends FitReport {
  readonly kernelFits: readonly KernelFit[];
}

/** Fits a calibration; throws ConfigError naming file and field when the input cannot be used. */
export function calibrate(input: CalibrateInput): CalibrateResult {
  const { cases, readFile } = readMeasurements(input);
  const kernelFits = input.kernels === undefined ? [] : kernelFactors(input.kernels, input.deployment);
  const factors = Object.fromEntries(kernelFits.map((fit) => [fit.kind, fit.factor]));
  const kernels = kernelFits.length === 0 ? {} : { kernels: factors };
  return { ...fitOverhead(cases, readFile, { ...input.options, ...kernels }), kernelFits };
}

/** The measured cases of some files, and the reader of what they name. */
export function readMeasurements(input: Pick<CalibrateInput, 'files' | 'deployment' | 'readFile'>): {
  cases: MeasuredCase[];
  readFile: (path: string) => string;
} {
  const workloads = new Map<string, string>();
  const cases = input.files.flatMap((file) => {
    if (isCases(file)) return casesOf(file);
    const { deployment } = input;
    if (deployment === undefined) {
      throw new ConfigError({
        path: '',
        file: file.name,
        found: 'a benchmark result, which does not say where it was measured',
        expected: 'GPU, model and engine beside it (--gpu, --model, --engine)',
      });
    }
    const document = parsed(file);
    const format = file.format ?? runFormatOf(document);
    if (format === undefined || format === 'cases') throw unknownFormat(file);
    return readRuns(file.name, document, format).map((run) => {
      const made = runCaseOf(run.name, run.requests, deployment, run.concurrency);
      workloads.set(made.workload.name, made.workload.text);
      return made.measured;
    });
  });
  const readFile = (path: string): string => {
    const text = workloads.get(path) ?? input.readFile?.(path);
    if (text !== undefined) return text;
    throw new ConfigError({ path, found: 'nothing', expected: 'the file that a case names' });
  };
  return { cases, readFile };
}

function isCases(file: MeasurementFile): boolean {
  if (file.format !== undefined) return file.format === 'cases';
  const line = file.text.split('\n').find((text) => text.trim() !== '') ?? '';
  return /^\s*\{.*"family"\s*:/.test(line);
}

function casesOf(file: MeasurementFile): MeasuredCase[] {
  const cases = file.text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [parseCase(line, i + 1)];
    } catch (error) {
      throw error instanceof ConfigError ? error.inFile(file.name) : error;
    }
  });
  if (cases.length > 0) return cases;
  throw new ConfigError({ path: '', file: file.name, found: 'no case', expected: 'a case per line' });
}

function parsed(file: MeasurementFile): unknown {
  try {
    return JSON.parse(file.text);
  } catch (error) {
    throw new ConfigError({
      path: '',
      file: file.name,
      found: (error as Error).message,
      expected: 'one JSON document, or cases, one a line',
    });
  }
}

function unknownFormat(file: MeasurementFile): ConfigError {
  return new ConfigError({
    path: '',
    file: file.name,
    found: 'none of the known fields',
    expected:
      'a result of `vllm bench serve` (ttfts), inference-perf (a list with start_time and info) or GuideLLM ' +
      '(benchmarks), or measured cases',
  });
}
