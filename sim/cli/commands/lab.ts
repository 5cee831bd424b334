/** `drydock lab`: routing policies as an experiment, with paired statistics against a baseline and an A/A control. */
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import { joinedPlugins, type UserPlugins } from '../../../src/plugin-api/plugin-module.ts';
import { labBlocks } from '../../export/report/lab-tables.ts';
import { textTable } from '../../export/report/table.ts';
import { BASELINES } from '../../lab/baselines/all.ts';
import { type LabReport, labReport } from '../../lab/lab-report.ts';
import { parseLab } from '../../lab/parse.ts';
import { counterfactualsOf, type LabCell, labSeeds, type PolicyFiles, planLab } from '../../lab/plan.ts';
import type { Lab, PolicySpec } from '../../lab/schema.ts';
import { type LoadedDocument, loadDocument } from '../document.ts';
import { LAB_FORMATS, writeBundle } from '../lab/bundle.ts';
import { labCsv, labHtml } from '../lab/lab-output.ts';
import { configOf, locating } from '../lab/policy-files.ts';
import { type CellRunOptions, examineCells, runCells } from '../lab/run-cells.ts';
import { timingBlock } from '../lab/timing.ts';
import { blocksText, json, print } from '../output.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { collect, wholeNumber } from '../run-options.ts';

type LabFormat = (typeof LAB_FORMATS)[number];

interface LabOptions {
  readonly format: LabFormat;
  readonly out?: string;
  readonly seeds?: number;
  readonly seed?: number;
  readonly plugin: readonly string[];
  readonly list?: boolean;
  readonly jobs?: number;
  readonly timing?: boolean;
  readonly quiet?: boolean;
}

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
    .option('--jobs <count>', 'runs side by side (default: one a core); same results', wholeNumber(1))
    .option('--timing', 'print to stderr how long decisions take on this machine')
    .option('--quiet', 'no progress')
    .addOption(new Option('--format <format>', 'output format').choices([...LAB_FORMATS]).default('table'))
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
  const { counterfactuals: spec } = counterfactualsOf(lab);
  const settings: CellRunOptions = {
    ...{ seeds: labSeeds(lab), jobs: options.jobs, isQuiet: options.quiet === true },
    resolve: (path) => document.resolve(path),
    pluginFilesOf: ({ policy }) => pluginFilesOf(lab, policy, document, options),
  };
  const { runs, examined } = await locating(document, async () => ({
    runs: await runCells(cells, settings),
    examined: spec === undefined ? [] : await examineCells(cells, spec, settings),
  }));
  const report = labReport(lab, lab.name ?? basename(file).replace(/\.[^.]*$/, ''), cells, runs, {
    counterfactuals: examined,
  });
  if (options.out !== undefined) writeBundle(options.out, { report, document, cells, pluginFiles, rendered });
  print(rendered(report, options.format));
  if (options.timing === true)
    process.stderr.write(`${blocksText([timingBlock(cells, settings)], 'table')}\n`);
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

/** Modules that a policy needs: those of the command line and its own. */
function pluginFilesOf(
  lab: Lab,
  policy: string,
  document: LoadedDocument,
  options: LabOptions,
): readonly string[] {
  const own = lab.policies.find(({ name }) => name === policy)?.plugin;
  return [
    ...options.plugin.map((path) => resolve(path)),
    ...(own === undefined ? [] : [document.resolve(own)]),
  ];
}

function rendered(report: LabReport, format: LabFormat): string {
  if (format === 'json') return json(report);
  if (format === 'csv') return labCsv(report);
  return format === 'html' ? labHtml(report) : blocksText(labBlocks(report), format);
}
