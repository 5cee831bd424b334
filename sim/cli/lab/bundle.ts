/**
 * What a lab leaves in a folder: its report in every format, and all that is needed to make it again: the lab with what it names
 * drawn in, its modules, each cell as a scenario, and replay.json, which says of each cell how it is run and what comes out.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { ConfigError } from '../../../src/core/check.ts';
import type { LabReport } from '../../lab/lab-report.ts';
import { parseLab } from '../../lab/parse.ts';
import type { LabCell } from '../../lab/plan.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { type LoadedDocument, readText, unwritable } from '../document.ts';
import { json } from '../output.ts';
import { configOf } from './policy-files.ts';

/** Formats of the report. */
export const LAB_FORMATS = ['table', 'json', 'md', 'csv', 'html'] as const;

export interface BundleParts {
  readonly report: LabReport;
  readonly document: LoadedDocument;
  readonly cells: readonly LabCell[];
  readonly pluginFiles: readonly string[];
  readonly rendered: (report: LabReport, format: (typeof LAB_FORMATS)[number]) => string;
}

/** How one cell is run again. */
interface Replay {
  readonly policy: string;
  readonly workload: string;
  readonly load: string;
  readonly isNull: boolean;
  /** The cell as a scenario; null for A/A cells, whose ties only the lab draws anew. */
  readonly file: string | null;
  readonly command: string;
  readonly seeds: readonly number[];
  /** Of the runs, in order of seeds: a run that has the same one is the same run. */
  readonly fingerprints: readonly string[];
}

/** Report in every format, the lab and its plugins as they were, and each cell as a scenario of its own. */
export function writeBundle(
  folder: string,
  { report, document, cells, pluginFiles, rendered }: BundleParts,
): void {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  try {
    mkdirSync(join(folder, 'cells'), { recursive: true });
    for (const format of LAB_FORMATS)
      write(`report.${format === 'table' ? 'txt' : format}`, rendered(report, format));
    write('lab.yaml', stringify(selfContained(document)));
    for (const file of pluginFiles) write(basename(file), readText(file, 'a plugin module'));
    const replays = cells.map((cell, i) => replayOf(cell, report, i, pluginFiles));
    for (const [i, { file }] of replays.entries())
      if (file !== null) write(file, stringify(portableCell(cells[i]!, document)));
    write('replay.json', json(replays));
  } catch (error) {
    throw error instanceof ConfigError ? error : unwritable(folder, error);
  }
}

/** The lab as it was run, seeds of the command line included; files that it names are drawn in or named in full. */
function selfContained(document: LoadedDocument): Record<string, unknown> {
  const lab = parseLab(document.data);
  const policies = lab.policies.map((policy) => ({
    ...policy,
    ...(policy.config === undefined ? {} : { config: configOf(policy.config, document) }),
    ...(policy.plugin === undefined ? {} : { plugin: `./${basename(policy.plugin)}` }),
  }));
  const workloads = Object.fromEntries(
    Object.entries(lab.workloads).map(([name, workload]) => [
      name,
      workload.kind === 'trace' && workload.path !== undefined
        ? { ...workload, path: document.resolve(workload.path) }
        : workload,
    ]),
  );
  return { ...lab, policies, workloads };
}

function replayOf(
  { policy, workload, load, isNull }: LabCell,
  { seeds, runs }: LabReport,
  index: number,
  pluginFiles: readonly string[],
): Replay {
  const name = [policy, workload, load].join('--').replace(/[^\w.-]+/g, '_');
  const file = isNull ? null : join('cells', `${name}.yaml`);
  const plugins = pluginFiles.map((path) => ` --plugin ${basename(path)}`).join('');
  const command =
    file === null
      ? 'drydock lab lab.yaml'
      : `drydock run ${file} --seed ${seeds[0]} --seeds ${seeds.length}${plugins}`;
  return { policy, workload, load, isNull, file, command, seeds, fingerprints: runs[index]!.fingerprints };
}

/** The cell's scenario with its trace named in full. */
function portableCell({ scenario }: LabCell, document: LoadedDocument): Scenario {
  const { workload } = scenario;
  if (workload.kind !== 'trace' || workload.path === undefined) return scenario;
  return { ...scenario, workload: { ...workload, path: document.resolve(workload.path) } };
}
