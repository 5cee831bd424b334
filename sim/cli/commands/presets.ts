/** `drydock presets`: the scenario files that are shipped, and the workloads that `kind: preset` can name. */
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Source } from '../../../models/schema.ts';
import { WORKLOAD_PRESETS } from '../../../models/workload-presets.ts';
import { markdownTable, type Table, textTable, wrapText } from '../../export/report/table.ts';
import { loadDocument, readText } from '../document.ts';
import { csv, type Format, json, print } from '../output.ts';
import { formatOption } from '../run-options.ts';

/** The command is bundled to dist/cli/, two folders below the package. */
const SCENARIOS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'scenarios');
const INDENT = '    ';

interface ShippedScenario {
  readonly file: string;
  readonly command: 'run' | 'compare' | 'lab' | 'plan' | 'sweep' | 'tune';
  readonly description: string;
}

interface NamedWorkload {
  readonly name: string;
  readonly description: string;
  /** How its figures were obtained, and where. */
  readonly basis: string;
  readonly sources: readonly Source[];
}

export function register(program: Command): void {
  program
    .command('presets')
    .summary('list shipped scenarios, studies, plans and sweeps, and built-in workloads')
    .description(
      'Lists the scenarios, studies, plans and sweeps that are shipped, with the command that runs them, and the workloads that a scenario ' +
        'can name with `workload: {kind: preset, name: ...}`.',
    )
    .addOption(formatOption())
    .action((options: { readonly format: Format }) => {
      const scenarios = readScenarios();
      const workloads: NamedWorkload[] = WORKLOAD_PRESETS.map((preset) => ({
        name: preset.id,
        description: preset.name,
        basis: preset.basis,
        sources: preset.sources,
      }));
      print(render({ scenarios, workloads }, options.format));
    });
}

function render(
  presets: { readonly scenarios: readonly ShippedScenario[]; readonly workloads: readonly NamedWorkload[] },
  format: Format,
): string {
  if (format === 'json') return json(presets);
  const scenarios = scenarioTable(presets.scenarios);
  const workloads = workloadTable(presets.workloads);
  if (format === 'csv')
    return [scenarios, workloads].map((table) => csv(table.header, table.rows)).join('\n');
  if (format === 'md') return [scenarios, workloads].map(markdownTable).join('\n');
  const lines = scenarios.rows.map(([command, text]) => `${command}\n${wrapText(text!, INDENT, INDENT)}`);
  return `${lines.join('\n')}\n\n${textTable(workloads)}`;
}

/** Folders beside the plain scenarios, by the command that their files are for. */
const FOLDERS = { studies: 'lab', plans: 'plan', sweeps: 'sweep', tuning: 'tune' } as const;

function readScenarios(): ShippedScenario[] {
  const folders = Object.entries(FOLDERS).flatMap(([name, command]) =>
    readFolder(join(SCENARIOS, name)).map((one) => ({ ...one, command })),
  );
  return [...readFolder(SCENARIOS), ...folders];
}

function readFolder(folder: string): ShippedScenario[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const { description, ...data } = loadDocument(path).data;
      return {
        file: relative(process.cwd(), path),
        command: 'fleets' in data ? 'compare' : 'run',
        description:
          typeof description === 'string' ? description : firstSentence(readText(path, 'a scenario file')),
      };
    });
}

/** First sentence of the comment at the top of a file, which may end where the first paragraph does. */
function firstSentence(text: string): string {
  const comment = /^(#.*\n)*/.exec(text)![0].split(/^#\s*$/m)[0]!;
  const paragraph = comment.replace(/^#\s?/gm, '').replace(/\s+/g, ' ').trim();
  return (/^.*?[.?](?= |$)/.exec(paragraph)?.[0] ?? paragraph).replace(/:$/, '.');
}

function scenarioTable(scenarios: readonly ShippedScenario[]): Table {
  return {
    header: ['command', 'what it shows'],
    textColumns: [1],
    rows: scenarios.map(({ command, file, description }) => [`drydock ${command} ${file}`, description]),
  };
}

function workloadTable(workloads: readonly NamedWorkload[]): Table {
  return {
    header: ['workload', 'what it is', 'figures'],
    textColumns: [1, 2],
    rows: workloads.map(({ name, description, basis }) => [name, description, basis]),
  };
}
