/** `drydock why`: where the time goes, what single changes would do, and where the decision changes. */
import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { ConfigError, nearest } from '../../../src/core/check.ts';
import { FIGURES, findFigure } from '../../metrics/figures.ts';
import { type Cell, comparisonCells, scenarioCell, seedsFrom } from '../../run/plan-cells.ts';
import { Cancelled } from '../../run/run-spec.ts';
import { parseComparison, parseScenario } from '../../scenario/parse.ts';
import type { WhyReport } from '../../why/report.ts';
import { whyOf } from '../../worker/why-job.ts';
import { type LoadedDocument, loadDocument } from '../document.ts';
import { EXIT, Stop } from '../exit-codes.ts';
import { fileLines } from '../lines.ts';
import { blocksText, json, print, writeOut } from '../output.ts';
import { applySet } from '../overrides.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { openPool, workersFor } from '../pool-host.ts';
import { ProgressLine } from '../progress.ts';
import { withFiles } from '../run-job.ts';
import { applyPrices, formatOption, pluginOption, setOption, wholeNumber } from '../run-options.ts';
import { whyBlocks, whyCsv } from '../why-tables.ts';

interface WhyOptions {
  readonly format: 'table' | 'json' | 'md' | 'csv';
  readonly metric?: string;
  readonly workload?: string;
  readonly seed?: number;
  readonly seeds: number;
  readonly set: readonly string[];
  readonly plugin: readonly string[];
  readonly prices?: string;
  readonly jobs?: number;
  readonly out?: string;
  readonly quiet?: boolean;
}

export function register(program: Command): void {
  program
    .command('why')
    .summary('explain a result: where time goes, what would change it, where it flips')
    .description(
      'Cuts TTFT and E2E into phases by cohort; re-simulates single changes and upper bounds with the same seeds; ' +
        'varies each input by its usual error (tornado) and looks for the value at which the decision changes. Of a ' +
        'comparison: phases of each fleet, and where another fleet is the one to take.',
    )
    .argument('<file>', 'scenario or comparison file (YAML or JSON)')
    .option('--metric <figure>', 'figure to explain (default: the one closest to its limit)', metricOf)
    .option('--workload <name>', 'workload of a comparison that has several (default: the first)')
    .option('--seed <number>', 'seed of the first run, in place of the document', wholeNumber(0))
    .option('--seeds <count>', 'runs of everything, with seeds S, S+1, ...', wholeNumber(2), 5)
    .addOption(setOption())
    .option('--jobs <count>', 'runs side by side (default: one a core); same results', wholeNumber(1))
    .option('--prices <file>', "price book (docs/planner.md) in place of the document's prices")
    .option('--out <file>', 'write the answer as JSON to a file as well')
    .addOption(pluginOption())
    .option('--quiet', 'no progress')
    .addOption(formatOption())
    .action(run);
}

function metricOf(text: string): string {
  if (findFigure(text) !== undefined) return text;
  const near = nearest(
    text,
    FIGURES.map((figure) => figure.path),
  );
  throw new InvalidArgumentError(`Expected a figure, e.g. ${near ?? 'ttftMs.p95'}.`);
}

async function run(file: string, options: WhyOptions): Promise<void> {
  const document = loadDocument(file);
  try {
    if (options.prices !== undefined) applyPrices(document.data, options.prices);
    for (const setting of options.set) applySet(document.data, setting);
    document.settings.push(...options.set);
    if (options.seed !== undefined) document.data['seed'] = options.seed;
    const { name, cells } = cellsOf(document, options.workload);
    const report = await answer(name, cells, document, options);
    if (options.out !== undefined) writeOut(options.out, report);
    if (options.format === 'json') print(json(report));
    else if (options.format === 'csv') print(whyCsv(report));
    else print(blocksText(whyBlocks(report), options.format));
  } catch (error) {
    if (error instanceof Cancelled) throw new Stop(EXIT.cancelled, 'cancelled');
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

function cellsOf(document: LoadedDocument, workload: string | undefined): { name: string; cells: Cell[] } {
  const fallback = basename(document.file).replace(/\.[^.]*$/, '');
  const ready = (cell: Cell): Cell => ({ ...cell, scenario: withFiles(cell.scenario, document) });
  if (!('fleets' in document.data)) {
    const cell = scenarioCell(parseScenario(document.data), fallback);
    return { name: cell.fleet, cells: [ready(cell)] };
  }
  const comparison = parseComparison(document.data);
  const cells = comparisonCells(comparison);
  const names = [...new Set(cells.map((cell) => cell.workload))];
  const chosen = workload ?? names[0]!;
  if (!names.includes(chosen)) {
    throw new ConfigError({
      path: '',
      file: '--workload',
      found: `"${chosen}"`,
      expected: `one of ${names.join(', ')}`,
    });
  }
  const name = comparison.name ?? fallback;
  return {
    name: names.length === 1 ? name : `${name} (${chosen})`,
    cells: cells.filter((cell) => cell.workload === chosen).map(ready),
  };
}

async function answer(
  name: string,
  cells: readonly Cell[],
  document: LoadedDocument,
  options: WhyOptions,
): Promise<WhyReport> {
  const plugins = options.plugin.map((module) => resolve(module));
  const { engine: enginePolicies } = await loadPluginFiles(plugins);
  const progress = new ProgressLine(options.quiet === true);
  const pool = openPool(workersFor(Number.POSITIVE_INFINITY, options.jobs));
  const cancel = (): void => pool.close();
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  let done = 0;
  try {
    return await whyOf(cells, {
      name,
      seeds: seedsFrom(cells[0]!.scenario.seed, options.seeds),
      ...(options.metric === undefined ? {} : { metric: options.metric }),
      base: document.resolve(''),
      readLines: (path) => fileLines(document.resolve(path)),
      enginePolicies,
      makeRuns: async (specs, label) => {
        const outcomes = await pool.runAll(specs.map((spec) => ({ ...spec, plugins })));
        done += specs.length;
        progress.show(0, `${done} runs made, ${label}`);
        return outcomes;
      },
    });
  } finally {
    pool.close();
    progress.clear();
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}
