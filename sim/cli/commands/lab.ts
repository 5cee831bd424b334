/** `drydock lab`: routing policies as an experiment, with paired statistics against a baseline and an A/A control. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { parse, stringify } from 'yaml';
import { ConfigError } from '../../../src/core/check.ts';
import { joinedPlugins, type UserPlugins } from '../../../src/plugin-api/plugin-module.ts';
import { BASELINES } from '../../lab/baselines/all.ts';
import { LabJob } from '../../lab/lab-job.ts';
import { type LabReport, labReport } from '../../lab/lab-report.ts';
import { parseLab } from '../../lab/parse.ts';
import { counterfactualsOf, type LabCell, labSeeds, type PolicyFiles, planLab } from '../../lab/plan.ts';
import type { Lab, PolicySpec } from '../../lab/schema.ts';
import { type LoadedDocument, loadDocument, readText, unwritable } from '../document.ts';
import { EXIT, Stop } from '../exit-codes.ts';
import { labBlocks, labCsv, labHtml } from '../lab/lab-tables.ts';
import { fileLines } from '../lines.ts';
import { blocksText, json, print } from '../output.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { ProgressLine } from '../progress.ts';
import { wholeNumber } from '../run-options.ts';
import { textTable } from '../table.ts';

const FORMATS = ['table', 'json', 'md', 'csv', 'html'] as const;
type LabFormat = (typeof FORMATS)[number];

interface LabOptions {
  readonly format: LabFormat;
  readonly out?: string;
  readonly seeds?: number;
  readonly seed?: number;
  readonly plugin: readonly string[];
  readonly list?: boolean;
  readonly quiet?: boolean;
}

/** Wall time between looks at signals and progress, ms, and events between two looks at the clock. */
const BURST_MS = 50;
const EVENTS_PER_LOOK = 4096;

export function register(program: Command): void {
  program
    .command('lab')
    .summary('compare routing policies, paired and with an A/A control')
    .description(
      'Runs policies x workloads x loads x seeds on common random numbers. The first policy is the baseline; every figure ' +
        'of the others is compared with it seed by seed. The A/A row compares the baseline with itself under other ties.',
    )
    .argument('[file]', 'a lab file (docs/lab.md)')
    .option('--plugin <file>', 'module with plugins that configurations name (repeatable)', collect, [])
    .option('--seeds <count>', 'runs of every cell, in place of the document', wholeNumber(1))
    .option('--seed <number>', 'first seed, in place of the document', wholeNumber(0))
    .option('--out <dir>', 'write report (all formats) and replay bundle to a folder')
    .option('--list', 'list the policies in the box')
    .option('--quiet', 'no progress')
    .addOption(new Option('--format <format>', 'output format').choices([...FORMATS]).default('table'))
    .action(run);
}

async function run(file: string | undefined, options: LabOptions): Promise<void> {
  if (options.list === true) {
    const rows = BASELINES.map(({ name, summary }) => [name, summary]);
    print(textTable({ header: ['policy', 'what it does'], textColumns: [1], rows }));
    return;
  }
  if (file === undefined)
    throw new ConfigError({ path: '', found: 'no file', expected: 'a lab file, or --list' });
  const document = loadDocument(file);
  const { lab, cells, pluginFiles } = await locating(document, () => prepared(document, options));
  const job = new LabJob(cells, {
    seeds: labSeeds(lab),
    ...counterfactualsOf(lab),
    readLines: (path) => fileLines(document.resolve(path)),
  });
  await locating(document, () => drive(job, options.quiet === true));
  const report = labReport(
    lab,
    lab.name ?? basename(file).replace(/\.[^.]*$/, ''),
    cells,
    job.runs,
    job.counterfactuals,
  );
  if (options.out !== undefined) writeBundle(options.out, report, document, cells, pluginFiles);
  print(rendered(report, options.format));
}

async function prepared(
  document: LoadedDocument,
  options: LabOptions,
): Promise<{ lab: Lab; cells: readonly LabCell[]; pluginFiles: readonly string[] }> {
  if (options.seeds !== undefined) document.data['seeds'] = options.seeds;
  if (options.seed !== undefined) document.data['seed'] = options.seed;
  const lab = parseLab(document.data);
  const own = lab.policies.flatMap(({ plugin }) => (plugin === undefined ? [] : [document.resolve(plugin)]));
  const pluginFiles = [...new Set([...own, ...options.plugin])];
  const loaded = new Map<string, UserPlugins>();
  for (const path of pluginFiles) loaded.set(path, await loadPluginFiles([path]));
  const filesOf = (policy: PolicySpec): PolicyFiles => ({
    ...(policy.config === undefined ? {} : { config: configOf(policy.config, document) }),
    ...(policy.plugin === undefined ? {} : { plugins: loaded.get(document.resolve(policy.plugin))! }),
  });
  const cells = planLab(lab, filesOf, joinedPlugins(options.plugin.map((path) => loaded.get(path)!)));
  return { lab, cells, pluginFiles };
}

function configOf(
  config: NonNullable<PolicySpec['config']>,
  document: LoadedDocument,
): Record<string, unknown> {
  if (typeof config !== 'string') return config;
  const file = document.resolve(config);
  const value: unknown = parse(readText(file, 'an EndpointPickerConfig'));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError({ path: '', file, found: 'no mapping', expected: 'an EndpointPickerConfig' });
  return value as Record<string, unknown>;
}

async function locating<T>(document: LoadedDocument, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

async function drive(job: LabJob, isQuiet: boolean): Promise<void> {
  const progress = new ProgressLine(isQuiet);
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
  };
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  try {
    for (let isDone = false; !isDone; ) {
      const burstMs = performance.now();
      while (!isDone && performance.now() - burstMs < BURST_MS) isDone = job.step(EVENTS_PER_LOOK);
      progress.show(job.done, job.label);
      await setImmediate();
      if (isCancelled && !isDone)
        throw new Stop(EXIT.cancelled, `cancelled at ${Math.floor(job.done * 100)} %`);
    }
  } finally {
    progress.clear();
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}

function rendered(report: LabReport, format: LabFormat): string {
  if (format === 'json') return json(report);
  if (format === 'csv') return labCsv(report);
  return format === 'html' ? labHtml(report) : blocksText(labBlocks(report), format);
}

/** Report in every format, the lab and its plugins as they were, and each cell as a scenario of its own. */
function writeBundle(
  folder: string,
  report: LabReport,
  document: LoadedDocument,
  cells: readonly LabCell[],
  pluginFiles: readonly string[],
): void {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  try {
    mkdirSync(join(folder, 'cells'), { recursive: true });
    for (const format of FORMATS)
      write(`report.${format === 'table' ? 'txt' : format}`, rendered(report, format));
    write('lab.yaml', stringify(selfContained(document)));
    for (const file of pluginFiles) write(basename(file), readText(file, 'a plugin module'));
    for (const cell of cells) {
      if (cell.isNull) continue;
      const name = [cell.policy, cell.workload, cell.load].join('--').replace(/[^\w.-]+/g, '_');
      write(join('cells', `${name}.yaml`), stringify(cell.scenario));
    }
  } catch (error) {
    throw error instanceof ConfigError ? error : unwritable(folder, error);
  }
}

/** The lab as it was run, seeds of the command line included; files that it names are drawn in or named in full. */
function selfContained(document: LoadedDocument): Record<string, unknown> {
  const lab = parseLab(document.data);
  const policies = lab.policies.map((policy) => ({
    ...policy,
    ...(policy.config === undefined ? {} : { config: configOf(policy.config, document) }),
    ...(policy.plugin === undefined ? {} : { plugin: `./${basename(policy.plugin)}` }),
  }));
  const workloads = Object.fromEntries(
    Object.entries(lab.workloads).map(([name, workload]) => [
      name,
      workload.kind === 'trace' && workload.path !== undefined
        ? { ...workload, path: document.resolve(workload.path) }
        : workload,
    ]),
  );
  return { ...lab, policies, workloads };
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
