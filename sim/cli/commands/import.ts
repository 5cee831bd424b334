/** `drydock import`: what others run or measured, as a scenario. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { ConfigError } from '../../../src/core/check.ts';
import { buildFleet } from '../../cluster/fleet.ts';
import { modelSize } from '../../import/hf-config.ts';
import type { ImportContext, Imported } from '../../import/imported.ts';
import { IMPORTERS, importText } from '../../import/importers.ts';
import { assembleScenario } from '../../import/scenario.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { readText, unwritable } from '../document.ts';
import { fileLines } from '../lines.ts';
import { print } from '../output.ts';
import { wholeNumber } from '../run-options.ts';

interface ImportOptions {
  readonly from?: string;
  readonly gpu?: string;
  readonly model?: string;
  readonly modelConfig?: string;
  readonly replicas?: number;
  readonly name?: string;
  readonly out?: string;
}

export function register(program: Command): void {
  const list = IMPORTERS.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}`).join('\n');
  program
    .command('import')
    .summary('turn what you run or measured into a scenario')
    .description(
      'Reads command lines of servers, Helm values, manifests, an EndpointPickerConfig, a config.json or a trace, and ' +
        'writes a scenario. What was not understood is listed on stderr.',
    )
    .argument('<input...>', 'files (- for stdin), or the text of one command line')
    .addOption(
      new Option('--from <kind>', 'what the input is, see below (default: by content)').choices(
        IMPORTERS.map((importer) => importer.name),
      ),
    )
    .option('--gpu <id>', 'accelerator, where the input names none')
    .option('--model <id>', 'model, where the input names none or an unknown one')
    .option('--model-config <file>', 'config.json of a model that the catalogue does not have')
    .option('--replicas <count>', 'replicas, where the input does not say', wholeNumber(1))
    .option('--name <name>', 'name of the scenario')
    .option('--out <file>', 'write the scenario to a file (default: to stdout)')
    .addHelpText(
      'after',
      `
Kinds:
${list}

Examples:
  drydock import "vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2" --gpu h100-sxm --out mine.yaml
  drydock import router-values.yaml modelservice-values.yaml --gpu h200-sxm --out mine.yaml
  drydock import config.json
  drydock import requests.csv start.sh --gpu h100-sxm --out mine.yaml`,
    )
    .action(run);
}

function run(inputs: readonly string[], options: ImportOptions): void {
  const folder = dirname(resolve(options.out ?? 'scenario.yaml'));
  const parts = readInputs(inputs).map(({ text, file }) => readOne(text, file, folder, options));
  for (const fact of parts.flatMap((part) => part.facts ?? [])) process.stderr.write(`${fact}\n`);
  const notes = parts.flatMap((part) => part.notes);
  const hasFleet = parts.some((part) => part.pools.length > 0 || part.router !== undefined);
  const isAboutScenario = hasFleet || options.out !== undefined || options.gpu !== undefined;
  if (!isAboutScenario) {
    sayNotes(notes);
    printParts(parts);
    return;
  }
  const name = options.name ?? nameOf(inputs, parts);
  const assembled = assembleScenario(parts, name);
  sayNotes([...notes, ...assembled.notes, ...check(assembled.document, folder)]);
  const text = `# Imported by drydock; simulated estimates are as good as what it says.\n${stringify(assembled.document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
  if (options.out === undefined) print(text);
  else write(options.out, text);
}

/** Files, stdin, or the arguments themselves as one command. */
function readInputs(inputs: readonly string[]): { readonly text: string; readonly file: string }[] {
  const areFiles = inputs.every((input) => input === '-' || existsSync(input));
  if (areFiles) {
    return inputs.map((input) =>
      input === '-' ? { text: readFileSync(0, 'utf8'), file: '' } : { text: readHead(input), file: input },
    );
  }
  const missing = inputs.find((input) => !existsSync(input))!;
  if (inputs.length === 1 && !/\s/.test(missing.trim()))
    readText(missing, 'a file to import, or a command line');
  return [{ text: inputs.join(' '), file: '' }];
}

/** Larger files are traces: what they are is in their head, and their lines are read one by one. */
const LARGE_BYTES = 64 * 2 ** 20;
const HEAD_BYTES = 4 * 2 ** 20;

/** The text of a file; of a large one its head. */
function readHead(file: string): string {
  if (!isLarge(file)) return readText(file, 'a file to import');
  const buffer = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(file, 'r');
  const bytes = readSync(descriptor, buffer, 0, HEAD_BYTES, 0);
  closeSync(descriptor);
  return buffer.toString('utf8', 0, bytes);
}

function isLarge(file: string): boolean {
  return file !== '' && statSync(file).size > LARGE_BYTES;
}

function readOne(text: string, file: string, folder: string, options: ImportOptions): Imported {
  const { gpu, model, replicas } = options;
  const config = options.modelConfig;
  if (config !== undefined) readText(config, 'a config.json');
  const context: ImportContext = {
    ...(gpu === undefined ? {} : { gpu }),
    ...(model === undefined ? {} : { model }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(config === undefined ? {} : { modelConfig: portablePath(config, folder) }),
    path: file === '' ? '' : portablePath(file, folder),
    ...(isLarge(file) ? { readLines: () => fileLines(file) } : {}),
    readFile: (path) => {
      const at = resolve(dirname(file === '' ? '.' : file), path);
      return existsSync(at) ? readFileSync(at, 'utf8') : undefined;
    },
  };
  try {
    return importText(text, { ...context, fromOption: '--from' }, options.from);
  } catch (error) {
    throw error instanceof ConfigError ? error.inFile(file === '' ? 'the text given' : file) : error;
  }
}

/** A path as a scenario in that folder names it. */
function portablePath(file: string, folder: string): string {
  if (isAbsolute(file)) return file;
  return relative(folder, resolve(file)) || file;
}

function nameOf(inputs: readonly string[], parts: readonly Imported[]): string {
  const [first] = inputs;
  if (first !== undefined && existsSync(first)) return basename(first).replace(/\..*$/, '');
  const pool = parts.flatMap((part) => part.pools)[0];
  return typeof pool?.model === 'string' ? `${pool.model} on ${pool.engine.name}` : 'imported';
}

/** Holds the scenario against the schema and the catalogues; what does not fit is said, and the scenario is written anyway. */
function check(document: Readonly<Record<string, unknown>>, folder: string): string[] {
  try {
    const scenario = parseScenario(document);
    buildFleet(scenario.fleet, scenario.calibration, 'fleet', (path) => fileLines(resolve(folder, path)));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((one) => `${one.path}: found ${one.found}, expected ${one.expected}`);
  }
}

/** A workload alone as a piece of a scenario; a model alone in the catalogue's schema, with its size. */
function printParts(parts: readonly Imported[]): void {
  for (const { workload, model, notes } of parts) {
    if (workload !== undefined) print(stringify({ workload }));
    else if (model !== undefined) {
      const { sources: _, ...shape } = model;
      print(stringify({ model: shape, size: modelSize(model), unread: notes }));
    }
  }
}

function sayNotes(notes: readonly string[]): void {
  if (notes.length === 0) return;
  process.stderr.write(`not understood, or to be checked:\n${notes.map((note) => `  - ${note}\n`).join('')}`);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
  process.stderr.write(`wrote ${file}\n`);
}
