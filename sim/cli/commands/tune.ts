/** `drydock tune`: better numbers for a router configuration, judged on seeds that the search has not seen. */
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import type { LabRun } from '../../lab/lab-run.ts';
import { type TuneReport, tuneRouter } from '../../lab/tune.ts';
import { parseTune, startConfig } from '../../lab/tune-parse.ts';
import { loadDocument } from '../document.ts';
import { EXIT, Stop } from '../exit-codes.ts';
import { configOf, locating } from '../lab/policy-files.ts';
import { runCells } from '../lab/run-cells.ts';
import { tuneBlocks, tuneSentence } from '../lab/tune-tables.ts';
import { blocksText, json, print, writeOut, writeText } from '../output.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { pluginOption, wholeNumber } from '../run-options.ts';

interface TuneOptions {
  readonly format: 'table' | 'json' | 'md';
  readonly out?: string;
  readonly config?: string;
  readonly plugin: readonly string[];
  readonly jobs?: number;
  readonly quiet?: boolean;
}

export function register(program: Command): void {
  program
    .command('tune')
    .summary('search weights and parameters of a router for a goal')
    .description(
      'Successive halving over the numbers of an EndpointPickerConfig on common random numbers (docs/lab.md). The best one ' +
        'is held against the start on seeds and workloads that the search has not seen: exit code 5 when it does not win.',
    )
    .argument('<file>', 'a tuning file')
    .option('--config <file>', 'write the tuned EndpointPickerConfig, if it wins')
    .option('--out <file>', 'write the report as JSON to a file as well')
    .addOption(pluginOption())
    .option('--jobs <count>', 'runs side by side (default: one a core); same results', wholeNumber(1))
    .option('--quiet', 'no progress')
    .addOption(
      new Option('--format <format>', 'output format').choices(['table', 'json', 'md']).default('table'),
    )
    .action(run);
}

async function run(file: string, options: TuneOptions): Promise<void> {
  const document = loadDocument(file);
  const report = await locating(document, async () => {
    const tune = parseTune(document.data);
    const { config, plugin } = tune.start;
    const files = [
      ...options.plugin.map((path) => resolve(path)),
      ...(plugin === undefined ? [] : [document.resolve(plugin)]),
    ];
    const start = {
      config: startConfig(tune, config === undefined ? undefined : configOf(config, document)),
      plugins: await loadPluginFiles(files),
    };
    const search = tuneRouter(tune, tune.name ?? basename(file).replace(/\.[^.]*$/, ''), start);
    let runs: readonly (readonly LabRun[])[] = [];
    for (let step = search.next(runs); ; step = search.next(runs)) {
      if (step.done === true) return step.value;
      const { cells, seeds, stage } = step.value;
      runs = await runCells(cells, {
        ...{ seeds, stage, jobs: options.jobs, isQuiet: options.quiet === true },
        resolve: (path) => document.resolve(path),
        pluginFilesOf: () => files,
      });
    }
  });
  if (options.out !== undefined) writeOut(options.out, report);
  if (options.config !== undefined && report.keeps === 'tuned') writeText(options.config, configText(report));
  print(options.format === 'json' ? json(report) : blocksText(tuneBlocks(report), options.format));
  if (report.keeps === 'start') throw new Stop(EXIT.inconclusive, tuneSentence(report));
}

function configText(report: TuneReport): string {
  return `# ${tuneSentence(report)}\n${stringify(report.best.config)}`;
}
