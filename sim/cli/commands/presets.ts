/** `drydock presets`: the scenario files that are shipped, and the built-in workloads. */
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { loadDocument } from '../document.ts';
import { csv, type Format, json, print } from '../output.ts';
import { formatOption } from '../run-options.ts';
import { markdownTable, type Table, textTable } from '../table.ts';

/** The command is bundled to dist/cli/, two folders below the package. */
const SCENARIOS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'scenarios');

interface Preset {
  readonly file: string;
  readonly command: 'run' | 'compare';
  readonly name: string;
  readonly description: string;
}

export function register(program: Command): void {
  program
    .command('presets')
    .summary('list the scenarios that are shipped')
    .description('Lists the scenarios that are shipped, with the command that runs them.')
    .addOption(formatOption())
    .action((options: { readonly format: Format }) => {
      const presets = readPresets();
      const table = presetTable(presets);
      if (options.format === 'json') print(json(presets));
      else if (options.format === 'csv') print(csv(table.header, table.rows));
      else print(options.format === 'md' ? markdownTable(table) : textTable(table));
    });
}

function readPresets(): Preset[] {
  return readdirSync(SCENARIOS)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => {
      const path = join(SCENARIOS, name);
      const { data } = loadDocument(path);
      const text = (key: string): string =>
        typeof data[key] === 'string' ? (data[key] as string).trim() : '';
      return {
        file: relative(process.cwd(), path),
        command: 'fleets' in data ? 'compare' : 'run',
        name: text('name'),
        description: text('description'),
      };
    });
}

function presetTable(presets: readonly Preset[]): Table {
  return {
    header: ['command', 'what it shows'],
    textColumns: [1],
    rows: presets.map(({ command, file, description, name }) => [
      `drydock ${command} ${file}`,
      (description === '' ? name : description).replace(/\s+/g, ' '),
    ]),
  };
}
