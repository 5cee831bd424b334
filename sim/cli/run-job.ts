/**
 * Drives a job from the terminal: in bursts, so that progress is drawn and Ctrl-C ends the command in an orderly way, with
 * files that scenarios name read from disk.
 */
import { setImmediate } from 'node:timers/promises';
import { parse } from 'yaml';
import { ConfigError } from '../../src/core/check.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { Job } from '../run/job.ts';
import { type Cell, seedsFrom } from '../run/plan-cells.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type LoadedDocument, readText } from './document.ts';
import { EXIT, Stop } from './exit-codes.ts';
import { fileLines } from './lines.ts';
import { ProgressLine } from './progress.ts';
import { RecordWriter } from './records.ts';
import type { RunOptions } from './run-options.ts';

/** Wall time between looks at signals and progress, ms. */
const BURST_MS = 50;
/** Events between two looks at the clock. */
const EVENTS_PER_LOOK = 4096;

/** Results of all cells in order. */
export interface JobResults {
  readonly results: readonly (readonly RunResult[])[];
  readonly wallMs: number;
}

/** Runs all cells with all seeds. `documents[i]` is the file that cell i comes from. */
export async function runJob(
  cells: readonly Cell[],
  documentOf: (cell: Cell) => LoadedDocument,
  options: RunOptions,
): Promise<JobResults> {
  const startMs = performance.now();
  const seeds = seedsFrom(cells[0]!.scenario.seed, options.seeds);
  const isSingle = cells.length * seeds.length === 1;
  const ready = cells.map((cell) => ({ ...cell, scenario: withFiles(cell.scenario, documentOf(cell)) }));
  const records = options.records === undefined ? null : new RecordWriter(options.records, !isSingle);
  const job = new Job(ready, {
    seeds,
    fastForward: options.fastForward,
    readLines: (path, cell) => fileLines(path === options.trace ? path : documentOf(cell).resolve(path)),
    ...(records === null
      ? {}
      : {
          onRecord: (request, cell, seed) => records.write(request, `${cell.fleet}/${cell.workload}/${seed}`),
        }),
  });
  try {
    await drive(job, options.quiet === true);
  } catch (error) {
    throw error instanceof ConfigError ? documentOf(job.cell).locate(error) : error;
  } finally {
    records?.close();
  }
  return { results: cells.map((_, i) => job.results(i)), wallMs: performance.now() - startMs };
}

async function drive(job: Job, isQuiet: boolean): Promise<void> {
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
      if (isCancelled && !isDone) {
        throw new Stop(EXIT.cancelled, `cancelled at ${Math.floor(job.done * 100)} %`);
      }
    }
  } finally {
    progress.clear();
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}

/** The scenario with the router's configuration file, where it names one, read in. */
function withFiles(scenario: Scenario, document: LoadedDocument): Scenario {
  const config = scenario.router?.config;
  if (typeof config !== 'string') return scenario;
  const file = document.resolve(config);
  return { ...scenario, router: { ...scenario.router, config: readMapping(file) } };
}

function readMapping(file: string): Record<string, unknown> {
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
