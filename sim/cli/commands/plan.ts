/** `drydock plan`: searches fleets for the cheapest that meets the SLO. */
import { basename, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import { planBlocks, planSentence } from '../../export/report/plan-tables.ts';
import { parsePlan } from '../../planner/parse.ts';
import { planFleets } from '../../planner/planner.ts';
import type { PlanReport } from '../../planner/report.ts';
import type { Plan } from '../../planner/schema.ts';
import { Cancelled } from '../../run/run-spec.ts';
import { type ArtifactOptions, addArtifactOptions, writeArtifacts } from '../artifacts.ts';
import { type LoadedDocument, loadDocument } from '../document.ts';
import { EXIT, Stop } from '../exit-codes.ts';
import { fileLines } from '../lines.ts';
import { blocksText, json, print, writeOut } from '../output.ts';
import { applySet } from '../overrides.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { openPool, workersFor } from '../pool-host.ts';
import { ProgressLine } from '../progress.ts';
import { applyPrices, pluginOption, setOption, wholeNumber } from '../run-options.ts';

interface PlanOptions extends ArtifactOptions {
  readonly format: 'table' | 'json' | 'md';
  readonly set: readonly string[];
  readonly plugin: readonly string[];
  readonly prices?: string;
  readonly jobs?: number;
  readonly out?: string;
  readonly quiet?: boolean;
}

/** Wall time between looks at signals and progress, ms. */
const BURST_MS = 50;

export function register(program: Command): void {
  const command = program
    .command('plan')
    .summary('find the cheapest fleet that meets an SLO')
    .description(
      'Searches the fleets of a plan: fit, lower bounds, short runs, full runs. Exit code 7 when none meets the SLO.',
    )
    .argument('<plan>', 'plan file (YAML or JSON)')
    .addOption(setOption('budget.maxGpus=16'))
    .option('--jobs <count>', 'runs side by side (default: one a core); same answer', wholeNumber(1))
    .option('--prices <file>', "price book (docs/planner.md) in place of the document's prices")
    .option('--out <file>', 'write the answer as JSON to a file as well')
    .addOption(pluginOption())
    .option('--quiet', 'no progress')
    .addOption(
      new Option('--format <format>', 'output format').choices(['table', 'json', 'md']).default('table'),
    );
  addArtifactOptions(command, false).action(plan);
}

async function plan(file: string, options: PlanOptions): Promise<void> {
  const document = loadDocument(file);
  try {
    if (options.prices !== undefined) applyPrices(document.data, options.prices);
    for (const setting of options.set) applySet(document.data, setting);
    document.settings.push(...options.set);
    const parsed = parsePlan(document.data);
    checkFiles(parsed);
    const name = parsed.name ?? basename(file).replace(/\.[^.]*$/, '');
    const report = await drive(parsed, name, document, options);
    if (options.out !== undefined) writeOut(options.out, report);
    const blocks = planBlocks(report);
    writeArtifacts(options, { title: `Plan ${name}`, answer: planSentence(report), blocks, cases: [] });
    if (options.format === 'json') print(json(report));
    else print(blocksText(blocks, options.format));
    if (!report.feasible) throw new Stop(EXIT.infeasible, 'infeasible: no fleet is shown to meet the SLO');
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

/** Router profiles of a plan stand in the plan: fleets are run many times, on many hosts. */
function checkFiles({ search }: Plan): void {
  for (const [i, { router }] of (search.routers ?? []).entries()) {
    if (typeof router.config !== 'string') continue;
    throw new ConfigError({
      path: `search.routers[${i}].router.config`,
      found: 'the path of a file',
      expected: 'the EndpointPickerConfig itself',
    });
  }
}

async function drive(
  parsed: Plan,
  name: string,
  document: LoadedDocument,
  options: PlanOptions,
): Promise<PlanReport> {
  const plugins = options.plugin.map((module) => resolve(module));
  await loadPluginFiles(plugins);
  const workers = workersFor(Number.POSITIVE_INFINITY, options.jobs);
  const pool = openPool(workers);
  const progress = new ProgressLine(options.quiet === true);
  let stage = 'fit';
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
    pool.close();
  };
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  let heardMs = performance.now();
  try {
    return await planFleets(parsed, name, {
      ...{ workers, plugins, base: document.resolve('') },
      nowMs: () => performance.now(),
      readLines: (path) => fileLines(document.resolve(path)),
      makeRuns: (specs) => (isCancelled ? Promise.reject(new Cancelled()) : pool.runAll(specs)),
      pause: async ({ stage: at, label, done }) => {
        stage = at;
        progress.show(done, `${stage}: ${label}`);
        if (performance.now() - heardMs < BURST_MS) return;
        await setImmediate();
        heardMs = performance.now();
        if (isCancelled) throw new Cancelled();
      },
    });
  } catch (error) {
    throw error instanceof Cancelled ? new Stop(EXIT.cancelled, `cancelled during ${stage}`) : error;
  } finally {
    pool.close();
    progress.clear();
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}
