/** `drydock export`: the files that deploy a fleet, and what they cannot say. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import type { Exported } from '../../export/target.ts';
import { EXPORT_TARGETS, exportTarget } from '../../export/targets.ts';
import { loadDocument, unwritable } from '../document.ts';
import { exportSource } from '../export-source.ts';
import { print } from '../output.ts';

interface ExportOptions {
  readonly target: string;
  readonly fleet?: string;
  readonly out?: string;
}

export function register(program: Command): void {
  const list = EXPORT_TARGETS.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n');
  program
    .command('export')
    .summary('write the files that deploy a fleet')
    .description(
      'Writes the files that deploy a fleet: of a scenario, of a comparison, or of a report of run, compare or plan.',
    )
    .argument('<file>', 'scenario or comparison (YAML or JSON), or a report (JSON)')
    .requiredOption('--target <target>', 'what to write, see below')
    .option('--fleet <name>', 'which fleet of several, by name or number from 1 (default: the first)')
    .option('--out <folder>', 'write the files to a folder (default: to stdout)')
    .addHelpText(
      'after',
      `
Targets:
${list}

Examples:
  drydock export scenarios/quickstart.yaml --target vllm
  drydock export scenarios/compare-pd.yaml --fleet 2 --target kustomize --out deploy/
  drydock plan plan.yaml --out plan.json && drydock export plan.json --target llm-d --out deploy/`,
    )
    .action(run);
}

function run(file: string, options: ExportOptions): void {
  const target = exportTarget(options.target);
  const document = loadDocument(file);
  try {
    const exported = target.make(exportSource(document, options.fleet));
    if (options.out === undefined) print(onStdout(exported));
    else writeFiles(options.out, exported);
    const gaps = exported.gaps.map((gap) => `  - ${gap}`);
    process.stderr.write(`not expressed in --target ${target.name}:\n${gaps.join('\n')}\n`);
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

/** One file as it is; several with a line in front of each that names it. */
function onStdout({ files }: Exported): string {
  if (files.length === 1) return files[0]!.text;
  return files.map(({ path, text }) => `# --- ${path}\n${text}`).join('\n');
}

function writeFiles(folder: string, { files }: Exported): void {
  for (const { path, text } of files) {
    const file = join(folder, path);
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    } catch (error) {
      throw unwritable(file, error);
    }
    process.stderr.write(`wrote ${file}\n`);
  }
}
