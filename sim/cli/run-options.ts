/** Options that `run` and `compare` share, and how they change a document. */
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../../src/core/check.ts';
import { plainSchema } from '../scenario/json-schema.ts';
import { PricesSchema } from '../scenario/schema.ts';
import { schemaProblems } from '../scenario/validate.ts';
import { namedCalibration } from './calibration-files.ts';
import { type LoadedDocument, loadDocument } from './document.ts';
import { FORMATS, type Format } from './output.ts';
import { applySet, setIn } from './overrides.ts';

export interface RunOptions {
  readonly trace?: string;
  readonly prices?: string;
  readonly skipBadRows?: boolean;
  readonly seed?: number;
  readonly seeds: number;
  readonly set: readonly string[];
  readonly requests?: number;
  readonly out?: string;
  readonly records?: string;
  readonly decisions?: string;
  readonly plugin: readonly string[];
  readonly jobs?: number;
  readonly fastForward: boolean;
  readonly calibration?: string;
  readonly format: Format;
  readonly quiet?: boolean;
}

/** Adds the shared options. */
export function addRunOptions(command: Command): Command {
  return command
    .option('--trace <file>', 'trace file of a `kind: trace` workload')
    .option('--prices <file>', "price book (docs/planner.md) in place of the document's prices")
    .option('--skip-bad-rows', 'leave out trace rows that cannot be read, and count them')
    .option('--seed <number>', 'seed of the first run, in place of the document', wholeNumber(0))
    .option('--seeds <count>', 'runs with seeds S, S+1, ... for intervals', wholeNumber(1), 1)
    .addOption(setOption())
    .option(
      '--calibration <name|file>',
      'step-time calibration: a built-in one, or a fitted one by name or file',
    )
    .option('--requests <count>', 'stop arrivals after this many (run.requests)', wholeNumber(1))
    .option('--out <file>', 'write the report as JSON to a file as well')
    .option('--records <file>', 'write one CSV line per request')
    .option('--decisions <file>', 'write one JSON line per routing decision: scores, state ages, choice')
    .addOption(pluginOption())
    .option('--jobs <count>', 'runs side by side (default: one a core); same results', wholeNumber(1))
    .option('--no-fast-forward', 'one event per engine step; same results, slower')
    .option('--quiet', 'no progress')
    .addOption(formatOption());
}

/** `--format table|json|md|csv`. */
export function formatOption(): Option {
  return new Option('--format <format>', 'output format').choices([...FORMATS]).default('table');
}

/** `--set <path=value>`, several times; `example`: one for the documents of the command. */
export function setOption(example = 'fleet.pools[0].replicas=4'): Option {
  return new Option('--set <path=value>', `change a field, e.g. ${example} (repeatable)`)
    .argParser(collect)
    .default([], 'none');
}

/** `--plugin <file>`, several times. */
export function pluginOption(): Option {
  return new Option('--plugin <file>', 'module with plugins of your own (docs/lab.md; repeatable)')
    .argParser(collect)
    .default([], 'none');
}

/** Applies the options to a document, before it is checked against the schema. */
export function applyOptions(document: LoadedDocument, options: RunOptions): void {
  const { data } = document;
  if (options.prices !== undefined) applyPrices(data, options.prices);
  for (const setting of options.set) applySet(data, setting);
  document.settings.push(...options.set);
  if (options.calibration !== undefined) {
    data['calibration'] = namedCalibration(options.calibration, [dirname(document.file), '.']);
  }
  if (options.seed !== undefined) data['seed'] = options.seed;
  if (options.requests !== undefined) setIn(data, 'run', 'requests', options.requests);
  if (options.trace !== undefined) setTrace(data, 'path', resolve(options.trace), '--trace');
  if (options.skipBadRows === true) setTrace(data, 'badRows', 'skip', '--skip-bad-rows');
}

/** Puts a price book in place of the document's prices; throws ConfigError that names the book. */
export function applyPrices(data: Record<string, unknown>, file: string): void {
  const book = loadDocument(file);
  const problems = schemaProblems(plainSchema(PricesSchema), book.data);
  if (problems.length > 0) throw book.locate(new ConfigError(problems));
  data['prices'] = book.data;
}

/** Sets a field of every trace workload of the document. */
function setTrace(data: Record<string, unknown>, key: string, value: string, option: string): void {
  const further = Object.values((data['workloads'] as object | undefined) ?? {}) as unknown[];
  const traces = [data['workload'], ...further].filter(
    (workload): workload is Record<string, unknown> =>
      (workload as { kind?: unknown } | undefined)?.kind === 'trace',
  );
  if (traces.length === 0) {
    throw new ConfigError({
      path: 'workload.kind',
      found: `no trace workload for ${option}`,
      expected: 'trace',
    });
  }
  for (const trace of traces) trace[key] = value;
}

/** Parser of a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value)) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** Parser of an option that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
