/** `drydock sweep`: grids of scenarios over a load axis, whole or a shard of them. */
import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import { quoted } from '../../export/engine/command.ts';
import { TOOL_VERSION } from '../../run/version.ts';
import { type CellResult, type Shard, shardCells, sweepBlob } from '../../sweep/blob.ts';
import { EMIT_TARGETS, type EmitTarget, emitSweep } from '../../sweep/emit.ts';
import { cellsOf, type SweepCell } from '../../sweep/grid.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { sweepReport } from '../../sweep/report.ts';
import type { Sweep } from '../../sweep/schema.ts';
import { runCell } from '../../worker/sweep-cell.ts';
import { type ArtifactOptions, addArtifactOptions, writeArtifacts } from '../artifacts.ts';
import { type LoadedDocument, loadDocument } from '../document.ts';
import { EXIT, Stop } from '../exit-codes.ts';
import { blocksText, type Format, json, print, writeOut } from '../output.ts';
import { applySet } from '../overrides.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { openPool, workersFor } from '../pool-host.ts';
import { ProgressLine } from '../progress.ts';
import { readMapping } from '../run-job.ts';
import { applyPrices, formatOption, pluginOption, setOption, wholeNumber } from '../run-options.ts';
import { sweepBlocks, sweepCsv } from '../sweep-tables.ts';

interface SweepOptions extends ArtifactOptions {
  readonly format: Format;
  readonly set: readonly string[];
  readonly plugin: readonly string[];
  readonly prices?: string;
  readonly seed?: number;
  readonly seeds?: number;
  readonly jobs?: number;
  readonly shard?: Shard;
  readonly emit?: EmitTarget;
  readonly shards?: number;
  readonly image: string;
  readonly out?: string;
  readonly quiet?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command('sweep')
    .summary('run a grid of scenarios over load: SLO knee and throughput peak')
    .description(
      'Runs every combination of a sweep file (docs/sweep.md) over its load axis and reports, for each, the highest load ' +
        'within the SLO and the load of most throughput, with intervals over seeds.',
    )
    .argument('<sweep>', 'sweep file (YAML or JSON)')
    .addOption(setOption('scenario.fleet.pools[0].replicas=4'))
    .option('--seed <number>', 'first seed, in place of the document', wholeNumber(0))
    .option('--seeds <count>', 'runs of every point, in place of the document', wholeNumber(1))
    .option('--jobs <count>', 'runs side by side (default: one a core); same results', wholeNumber(1))
    .option('--prices <file>', "price book (docs/planner.md) in place of the scenario's prices")
    .option('--shard <i/n>', 'run part i of n and print its blob (JSON), for `drydock merge`', shardOf)
    .option('--out <file>', 'write the report (or the blob) as JSON to a file as well')
    .option('--quiet', 'no progress')
    .addOption(
      new Option(
        '--emit <platform>',
        'print what runs the shards elsewhere: a Kubernetes Indexed Job, or a GitHub Actions workflow',
      ).choices([...EMIT_TARGETS]),
    )
    .option(
      '--shards <count>',
      'with --emit: number of shards (default: one a cell, 16 at most)',
      wholeNumber(1),
    )
    .option('--image <name>', 'with --emit kubernetes: container image', `drydock:${TOOL_VERSION}`)
    .addOption(pluginOption())
    .addOption(formatOption());
  addArtifactOptions(command, false).action(run);
}

/** Parses `i/n`. */
function shardOf(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index >= 1 && shard.index <= shard.count)) {
    throw new InvalidArgumentError('Expected i/n with i from 1 to n, e.g. 2/8.');
  }
  return shard;
}

async function run(file: string, options: SweepOptions): Promise<void> {
  const document = loadDocument(file);
  await loadPluginFiles(options.plugin);
  const { sweep, base } = locating(document, () => prepared(document, options));
  if (options.emit !== undefined) {
    print(emitted(options.emit, sweep, file, options));
    return;
  }
  const cells = shardCells(sweep, options.shard ?? { index: 1, count: 1 });
  const results = await runCells(sweep, cells, base, options);
  if (options.shard !== undefined) {
    const blob = sweepBlob(sweep, options.shard, results);
    if (options.out === undefined) print(json(blob));
    else writeOut(options.out, blob);
    return;
  }
  const report = sweepReport(sweep, results);
  const blocks = sweepBlocks(report);
  writeArtifacts(options, { title: `Sweep ${report.sweep}`, blocks, cases: [] });
  if (options.out !== undefined) writeOut(options.out, report);
  if (options.format === 'json') print(json(report));
  else if (options.format === 'csv') print(sweepCsv(report));
  else print(blocksText(blocks, options.format));
}

/** Shards that are emitted unless asked otherwise. */
const MOST_SHARDS = 16;

function emitted(target: EmitTarget, sweep: Sweep, file: string, options: SweepOptions): string {
  const cells = cellsOf(sweep).length;
  const { shards = Math.min(cells, MOST_SHARDS), image, set, seed, seeds } = options;
  if (shards > cells) {
    throw new ConfigError({
      file: '--shards',
      path: '',
      found: String(shards),
      expected: `at most ${cells}, the cells of this sweep`,
    });
  }
  const changes = [
    ...set.map((setting) => `--set ${quoted(setting)}`),
    ...(seed === undefined ? [] : [`--seed ${seed}`]),
    ...(seeds === undefined ? [] : [`--seeds ${seeds}`]),
  ];
  return emitSweep(target, sweep, { shards, image, command: [quoted(file), ...changes].join(' ') });
}

/** The sweep with its scenario read in, and the folder that the scenario's own paths start from. */
function prepared(document: LoadedDocument, options: SweepOptions): { sweep: Sweep; base: string } {
  const { data } = document;
  let home = document;
  if (typeof data['scenario'] === 'string') {
    home = loadDocument(document.resolve(data['scenario']));
    data['scenario'] = home.data;
  }
  if (options.prices !== undefined) applyPrices(data['scenario'] as Record<string, unknown>, options.prices);
  for (const setting of options.set) applySet(data, setting);
  document.settings.push(...options.set);
  if (options.seed !== undefined) data['seed'] = options.seed;
  if (options.seeds !== undefined) data['seeds'] = options.seeds;
  data['name'] ??= basename(document.file).replace(/\.[^.]*$/, '');
  drawInRouters(data, home);
  return { sweep: parseSweep(data), base: home.resolve('') };
}

/** Router configurations stand in the sweep, wherever it names a file of one: shards are run on other machines. */
function drawInRouters(node: unknown, home: LoadedDocument): void {
  if (typeof node !== 'object' || node === null) return;
  const fields = node as Record<string, unknown>;
  const read = (value: unknown): unknown =>
    typeof value === 'string' ? readMapping(home.resolve(value)) : value;
  const { path, values } = fields;
  if (path === 'router.config' && Array.isArray(values)) fields['values'] = values.map(read);
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'router.config') fields[key] = read(value);
    else if (key === 'router' && typeof value === 'object' && value !== null && 'config' in value) {
      fields[key] = { ...value, config: read(value.config) };
    } else drawInRouters(value, home);
  }
}

function locating<T>(document: LoadedDocument, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

async function runCells(
  sweep: Sweep,
  cells: readonly SweepCell[],
  base: string,
  options: SweepOptions,
): Promise<CellResult[]> {
  const progress = new ProgressLine(options.quiet === true);
  const plugins = options.plugin.map((module) => resolve(module));
  const pool = openPool(workersFor(Number.POSITIVE_INFINITY, options.jobs));
  const results: CellResult[] = [];
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
    pool.close();
  };
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  try {
    await Promise.all(
      cells.map(async (cell) => {
        const result = await runCell(
          sweep,
          cell,
          (specs, label) => {
            progress.show(results.length / cells.length, label);
            return pool.runAll(specs.map((spec) => ({ ...spec, plugins })));
          },
          base,
        );
        if (result !== null) results.push(result);
      }),
    );
  } finally {
    pool.close();
    progress.clear();
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
  if (isCancelled) {
    throw new Stop(EXIT.cancelled, `cancelled: ${results.length} of ${cells.length} cells were complete`);
  }
  return results;
}
