/** Runs a job from the terminal: cells times seeds, with the files that their scenarios name read from disk. */
import { basename, resolve } from 'node:path';
import { parse } from 'yaml';
import { ConfigError } from '../../src/core/check.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { Job } from '../run/job.ts';
import { type Cell, seedsFrom } from '../run/plan-cells.ts';
import { throwIfFailed } from '../run/run-spec.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type LoadedDocument, readText } from './document.ts';
import { EXIT, Stop } from './exit-codes.ts';
import { loadPluginFiles } from './plugin/load-plugin.ts';
import { workersFor } from './pool-host.ts';
import { recordsHead } from './records.ts';
import { RunFile } from './run-file.ts';
import type { RunOptions } from './run-options.ts';
import { runSpecs } from './run-specs.ts';

/** Results of all cells in order. */
export interface JobResults {
  readonly results: readonly (readonly RunResult[])[];
  /** What each cell was run as, for its report. */
  readonly documents: readonly Scenario[];
  readonly wallMs: number;
  /** Set where Ctrl-C came first: to be thrown once the results, of the seeds that were complete, are printed. */
  readonly cancelled: Stop | null;
}

/** Runs all cells with all seeds. `documentOf` a cell is the file that it comes from. */
export async function runJob(
  cells: readonly Cell[],
  documentOf: (cell: Cell) => LoadedDocument,
  options: RunOptions,
): Promise<JobResults> {
  const seeds = seedsFrom(cells[0]!.scenario.seed, options.seeds);
  const runs = cells.length * seeds.length;
  const ready = cells.map((cell) => ({ ...cell, scenario: withFiles(cell.scenario, documentOf(cell)) }));
  const areSideBySide = workersFor(runs, options.jobs) > 1;
  const open = (file: string | undefined, head: string): RunFile | null =>
    file === undefined ? null : new RunFile(file, head, runs, areSideBySide);
  const records = open(options.records, recordsHead(runs));
  const decisions = open(options.decisions, '');
  // Mistakes in modules are told before anything runs.
  await loadPluginFiles(options.plugin);
  const job = new Job(ready, {
    seeds,
    plugins: options.plugin.map((file) => resolve(file)),
    fastForward: options.fastForward,
    baseOf: (cell) => documentOf(cell).resolve(''),
    ...(records === null ? {} : { recordsOf: (index, run) => records.placeOf(index, run) }),
    ...(decisions === null ? {} : { decisionsOf: (index, run) => decisions.placeOf(index, run) }),
  });
  const ran = await runSpecs(job.specs, {
    jobs: options.jobs,
    isQuiet: options.quiet === true,
    failFast: true,
    labelOf: (index) => job.labelOf(index),
    onOutcome: (index, outcome) => {
      job.ended(index, outcome);
      if (outcome.status !== 'done') return;
      records?.ended(index);
      decisions?.ended(index);
    },
  });
  records?.close();
  decisions?.close();
  for (const [index, outcome] of ran.outcomes.entries()) {
    try {
      throwIfFailed(outcome);
    } catch (error) {
      throw error instanceof ConfigError ? documentOf(job.cellOf(index)).locate(error) : error;
    }
  }
  const cancelled = ran.isCancelled ? cancelledAt(ran.done, job.seedsDone, seeds.length) : null;
  if (cancelled !== null && job.seedsDone === 0) throw cancelled;
  return {
    results: cells.map((_, i) => job.results(i)),
    documents: ready.map(({ scenario }) => portable(scenario)),
    wallMs: ran.wallMs,
    cancelled,
  };
}

function cancelledAt(done: number, seedsDone: number, seeds: number): Stop {
  const kept =
    seedsDone === 0
      ? 'no seed was complete, nothing is kept'
      : `the report holds ${seedsDone} of ${seeds} seeds, the rest is lost`;
  return new Stop(EXIT.cancelled, `cancelled at ${Math.floor(done * 100)} %: ${kept}`);
}

/** The scenario without the folder of its trace: reports of equal runs are equal, wherever they were made. */
export function portable(scenario: Scenario): Scenario {
  const { workload } = scenario;
  if (workload.kind !== 'trace' || workload.path === undefined) return scenario;
  return { ...scenario, workload: { ...workload, path: basename(workload.path) } };
}

/** The scenario with the router's configuration file, where it names one, read in. */
export function withFiles(scenario: Scenario, document: LoadedDocument): Scenario {
  const config = scenario.router?.config;
  if (typeof config !== 'string') return scenario;
  const file = document.resolve(config);
  return { ...scenario, router: { ...scenario.router, config: readMapping(file) } };
}

/** A YAML file that holds an EndpointPickerConfig. */
export function readMapping(file: string): Record<string, unknown> {
  const text = readText(file, 'an EndpointPickerConfig');
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new ConfigError({ path: '', file, found: (error as Error).message, expected: 'YAML' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError({ path: '', file, found: 'no mapping', expected: 'an EndpointPickerConfig' });
  }
  return value as Record<string, unknown>;
}
