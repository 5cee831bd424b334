/**
 * `drydock calibrate`: fits what an engine build adds to its kernels' time to the user's own measurements, and
 * writes a calibration that scenarios name. With `--leave-out` it refits the built-in numbers instead.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Command, Option } from 'commander';
import { findGpu } from '../../../models/gpus.ts';
import { findLlm } from '../../../models/llms.ts';
import { ConfigError } from '../../../src/core/check.ts';
import {
  type CalibrateResult,
  calibrate,
  type MeasurementFile,
  readMeasurements,
} from '../../calibrate/calibrate.ts';
import { type LeaveOut, leaveOut } from '../../calibrate/leave-out.ts';
import { type LeaveOutSummary, leaveOutSummary } from '../../calibrate/leave-out-summary.ts';
import type { MeasuredDeployment } from '../../calibrate/measured-run.ts';
import type { RunFormat } from '../../calibrate/read-runs.ts';
import type { Block } from '../../export/report/report-tables.ts';
import { fixed } from '../../metrics/format-figure.ts';
import { CALIBRATION_FOLDER } from '../calibration-files.ts';
import { blocksText, csv, type Format, json, print, writeOut } from '../output.ts';
import { collect, formatOption, wholeNumber } from '../run-options.ts';

interface Options {
  readonly cases: readonly string[];
  readonly vllmBench: readonly string[];
  readonly inferencePerf: readonly string[];
  readonly guidellm: readonly string[];
  readonly kernels?: string;
  readonly gpu?: string;
  readonly model?: string;
  readonly tp: number;
  readonly engine?: string;
  readonly weights?: string;
  readonly kv?: string;
  readonly arg: readonly string[];
  readonly name: string;
  readonly out?: string;
  readonly seed: number;
  readonly leaveOut?: 'model' | 'gpu' | 'both';
  readonly format: Format;
}

export function register(program: Command): void {
  const files = (flag: string, text: string): Option =>
    new Option(`${flag} <file>`, `${text} (repeatable)`).argParser(collect).default([]);
  program
    .command('calibrate')
    .summary('fit framework overhead to your own measurements')
    .description(
      'Fits host time, front end, prompt launches and a factor on GPU time to measured runs of one engine build, ' +
        'predicts each run by a fit to the others, and writes a calibration that scenarios name.',
    )
    .addOption(files('--cases', 'measured cases, one JSON object per line'))
    .addOption(files('--vllm-bench', 'result of `vllm bench serve --save-result --save-detailed`'))
    .addOption(files('--inference-perf', 'per_request_lifecycle_metrics.json of inference-perf'))
    .addOption(files('--guidellm', 'benchmarks.json of GuideLLM'))
    .option('--kernels <file>', 'CSV of kernel timings: operator, shape, us (see docs/validation.md)')
    .option('--gpu <id>', 'GPU that benchmark results were measured on')
    .option('--model <id>', 'model that they served')
    .option('--tp <count>', 'tensor-parallel size', wholeNumber(1), 1)
    .option('--engine <name@version>', 'engine, e.g. vllm@0.19')
    .option('--weights <precision>', 'weight precision; default: the model’s own')
    .option('--kv <precision>', 'KV precision; default: 16 bit')
    .option('--arg <name=value>', 'engine argument (repeatable)', collect, [])
    .option('--name <name>', 'name of the calibration', 'fitted')
    .option('--out <file>', `where to write it; default: ${CALIBRATION_FOLDER}/<name>.json`)
    .option('--seed <n>', 'seed of arrivals and lengths that are not recorded', wholeNumber(0), 1)
    .addOption(
      new Option(
        '--leave-out <by>',
        'refit the built-in numbers to --cases without one model or GPU at a time, and predict it',
      ).choices(['model', 'gpu', 'both']),
    )
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  drydock calibrate --vllm-bench c8.json --vllm-bench c32.json --gpu h100-sxm \\
    --model llama-3.1-8b --engine vllm@0.19 --name our-h100
  drydock run scenario.yaml --calibration our-h100
  drydock calibrate --cases cases.jsonl --leave-out gpu --format md`,
    )
    .action(run);
}

function run(options: Options): void {
  const files: MeasurementFile[] = [
    ...options.cases.map((file) => measurement(file, 'cases')),
    ...options.vllmBench.map((file) => measurement(file, 'vllm-bench')),
    ...options.inferencePerf.map((file) => measurement(file, 'inference-perf')),
    ...options.guidellm.map((file) => measurement(file, 'guidellm')),
  ];
  if (files.length === 0) {
    throw new ConfigError({
      path: 'calibrate',
      found: 'no measurements',
      expected: 'at least one of --cases, --vllm-bench, --inference-perf, --guidellm',
    });
  }
  const home = dirname(options.cases[0] ?? '.');
  const texts = new Map<string, string>();
  const readFile = (path: string): string => {
    let text = texts.get(path);
    if (text === undefined) {
      text = readText(join(home, path));
      texts.set(path, text);
    }
    return text;
  };
  if (options.leaveOut !== undefined) {
    runLeaveOut(files, readFile, options, options.leaveOut);
    return;
  }
  const deployment = deploymentOf(options);
  const result = calibrate({
    files,
    ...(deployment === undefined ? {} : { deployment }),
    ...(options.kernels === undefined
      ? {}
      : { kernels: { name: options.kernels, text: readText(options.kernels) } }),
    readFile,
    options: {
      name: options.name,
      seed: options.seed,
      onProgress: (simulated) => process.stderr.write(`\r${simulated} runs simulated `),
    },
  });
  process.stderr.write('\n');
  const out = options.out ?? join(CALIBRATION_FOLDER, `${options.name}.json`);
  if (options.out === undefined) mkdirSync(CALIBRATION_FOLDER, { recursive: true });
  writeOut(out, result.calibration);
  printFit(result, out, options);
}

function printFit(result: CalibrateResult, out: string, options: Options): void {
  const { calibration, crossValidated } = result;
  const rows = [...result.fitted].map(([metric, { n, medianPct }]) => [
    metric,
    String(n),
    shown(result.builtin.get(metric)?.medianPct),
    shown(medianPct),
    shown(crossValidated?.get(metric)?.medianPct),
  ]);
  const header = ['metric', 'n', 'built-in', 'fitted', 'cross-validated'];
  if (options.format === 'json') {
    print(json({ calibration, file: out, skipped: result.skipped, kernels: result.kernelFits }));
    return;
  }
  if (options.format === 'csv') {
    print(csv(header, rows));
    return;
  }
  const { kind: _kind, name, base: _base, fit: _fit, kernels, ...times } = calibration;
  const numbers = {
    ...times,
    ...Object.fromEntries(Object.entries(kernels ?? {}).map(([k, v]) => [`kernels.${k}`, v])),
  };
  const blocks: Block[] = [
    {
      title: `Calibration ${name}, written to ${out}`,
      header: ['number', 'value'],
      rows: Object.entries(numbers).map(([k, v]) => [k, String(v)]),
    },
    { title: `Median absolute error in percent, ${result.cases.length} runs`, header, rows },
  ];
  if (result.kernelFits.length > 0) {
    blocks.push({
      title: 'Kernel timings',
      header: ['kind', 'rows', 'factor', 'error before %', 'after %'],
      rows: result.kernelFits.map((k) => [
        k.kind,
        String(k.rows),
        fixed(k.factor, 3),
        fixed(k.beforePct, 1),
        fixed(k.afterPct, 1),
      ]),
    });
  }
  if (crossValidated === null)
    blocks.push('A single run cannot be cross-validated: measure at a second load.');
  if (result.skipped.length > 0) {
    blocks.push({
      title: `${result.skipped.length} runs not used`,
      header: ['run', 'reason'],
      rows: result.skipped.map((s) => [s.id, s.reason]),
      textColumns: [1],
    });
  }
  print(blocksText(blocks, options.format));
}

function shown(value: number | undefined): string {
  return value === undefined ? '-' : fixed(value, 1);
}

function runLeaveOut(
  files: readonly MeasurementFile[],
  readFile: (path: string) => string,
  options: Options,
  way: 'model' | 'gpu' | 'both',
): void {
  const { cases } = readMeasurements({ files, readFile });
  const ways: LeaveOut[] = way === 'both' ? ['model', 'gpu'] : [way];
  // Tier 3 is context and old engines: nothing is fitted to it.
  const usable = cases.filter((c) => c.tier <= 2);
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  const summaries = leaveOut(usable, readFile, ways, options.seed, tell).map(leaveOutSummary);
  if (options.out !== undefined) writeOut(options.out, summaries);
  if (options.format === 'json') print(json(summaries));
  else if (options.format === 'csv') print(summaries.map((one) => csv(one.header, one.rows)).join('\n'));
  else print(blocksText(summaries.flatMap(leaveOutBlocks), options.format));
}

function leaveOutBlocks(summary: LeaveOutSummary): Block[] {
  return [
    {
      title: `Median absolute error in percent, each ${summary.by} predicted by a fit to all others`,
      header: summary.header,
      rows: summary.rows,
    },
    {
      title: 'Numbers of framework overhead',
      header: ['number', 'built-in', 'fitted to all', `without one ${summary.by}`],
      rows: summary.constantRows,
    },
  ];
}

/** Where benchmark results were measured; undefined when nothing was said. */
function deploymentOf(options: Options): MeasuredDeployment | undefined {
  const { gpu, model, engine } = options;
  if (gpu === undefined && model === undefined && engine === undefined) return undefined;
  for (const [flag, value] of [
    ['--gpu', gpu],
    ['--model', model],
    ['--engine', engine],
  ] as const) {
    if (value === undefined) {
      throw new ConfigError({
        path: flag,
        found: 'nothing',
        expected: '--gpu, --model and --engine together',
      });
    }
  }
  findGpu(gpu!, '--gpu');
  findLlm(model!, '--model');
  const [name = '', version = ''] = engine!.split('@');
  if (name === '' || version === '') {
    throw new ConfigError({
      path: '--engine',
      found: `"${engine!}"`,
      expected: 'a name and a version, e.g. vllm@0.19',
    });
  }
  return {
    gpu: gpu!,
    model: model!,
    tp: options.tp,
    engine: name,
    version,
    ...(options.weights === undefined ? {} : { weights: options.weights }),
    ...(options.kv === undefined ? {} : { kv: options.kv }),
    args: Object.fromEntries(options.arg.map(argument)),
  };
}

function argument(text: string): [string, number | string | boolean] {
  const at = text.indexOf('=');
  if (at < 1) throw new ConfigError({ path: '--arg', found: `"${text}"`, expected: 'name=value' });
  const value = text.slice(at + 1);
  if (value === 'true' || value === 'false') return [text.slice(0, at), value === 'true'];
  return [text.slice(0, at), value !== '' && Number.isFinite(Number(value)) ? Number(value) : value];
}

function measurement(file: string, format: RunFormat | 'cases'): MeasurementFile {
  return { name: basename(file), text: readText(file), format };
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new ConfigError({ path: '', file, found: (error as Error).message, expected: 'a readable file' });
  }
}
