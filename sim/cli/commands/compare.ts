/** `drydock compare`: several fleets under the same workloads and seeds, with paired differences. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import { compare } from '../../compare/compare.ts';
import { comparisonBlocks } from '../../export/report/comparison-tables.ts';
import { checkAssertions, parseAssertions } from '../../metrics/assertion.ts';
import { ENGINE_DIGEST } from '../../run/engine-digest.ts';
import { type Cell, comparisonCells, scenarioCell } from '../../run/plan-cells.ts';
import { pricing } from '../../run/prices.ts';
import { parseComparison, parseScenario } from '../../scenario/parse.ts';
import { type ArtifactOptions, addArtifactOptions, writeArtifacts } from '../artifacts.ts';
import { reportCases } from '../check-cases.ts';
import { type LoadedDocument, loadDocument } from '../document.ts';
import { blocksText, comparisonCsv, json, print, writeOut } from '../output.ts';
import { runJob } from '../run-job.ts';
import { addRunOptions, applyOptions, type RunOptions } from '../run-options.ts';
import { stopOnThresholds } from '../thresholds.ts';

export function register(program: Command): void {
  const command = program
    .command('compare')
    .summary('compare fleets under the same workload and seeds')
    .description(
      'Runs several fleets under the same workload and seeds: one file with `fleets:`, or several scenario files ' +
        'that share workload and run. The first fleet is the baseline.',
    )
    .argument('<files...>', 'a comparison file, or two or more scenario files')
    .addHelpText(
      'after',
      `
Examples:
  drydock compare scenarios/compare-pd.yaml
  drydock compare scenarios/compare-pd.yaml --seeds 5 --format md
  drydock compare a.yaml b.yaml --out comparison.json`,
    );
  addArtifactOptions(addRunOptions(command), true).action(run);
}

/** What is to be run, and from which file each cell comes. */
interface Plan {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly documentOf: (cell: Cell) => LoadedDocument;
}

async function run(files: readonly string[], options: RunOptions & ArtifactOptions): Promise<void> {
  const documents = files.map(loadDocument);
  const plan =
    documents.length === 1 ? fromComparison(documents[0]!, options) : fromScenarios(documents, options);
  const first = plan.cells[0]!;
  const {
    results,
    documents: ran,
    wallMs,
    cancelled,
    money,
  } = await locating(plan.documentOf(first), async () => ({
    money: pricing(first.scenario.prices),
    ...(await runJob(plan.cells, plan.documentOf, options)),
  }));
  const report = compare(
    plan.cells.map((cell, i) => ({ ...cell, results: results[i]!, document: ran[i]! })),
    {
      scenario: plan.name,
      slo: first.scenario.slo,
      ...money,
      engineDigest: ENGINE_DIGEST,
      wallMs,
    },
  );
  const assertions = parseAssertions(first.scenario.assert ?? []);
  const held = report.workloads.flatMap(({ workload, fleets }) =>
    fleets.map((fleet) => ({
      name: `${fleet.letter} ${fleet.name}, ${workload}`,
      report: fleet.report,
      outcomes: checkAssertions(fleet.report, assertions),
    })),
  );
  const blocks = comparisonBlocks(report);
  if (options.out !== undefined) writeOut(options.out, report);
  writeArtifacts(options, {
    title: plan.name,
    answer: report.sentence,
    blocks,
    cases: held.flatMap((one) => reportCases(one.name, one.report, one.outcomes)),
  });
  if (options.format === 'json') print(json(report));
  else if (options.format === 'csv') print(comparisonCsv(report));
  else print(blocksText(blocks, options.format));
  if (cancelled !== null) throw cancelled;
  stopOnThresholds(held);
}

async function locating<T>(document: LoadedDocument, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

function fromComparison(document: LoadedDocument, options: RunOptions): Plan {
  try {
    if (!('fleets' in document.data)) {
      throw new ConfigError({
        path: 'fleets',
        found: 'one scenario',
        expected: 'a file with `fleets`, or two or more scenario files',
      });
    }
    applyOptions(document, options);
    const comparison = parseComparison(document.data);
    const name = comparison.name ?? basename(document.file).replace(/\.[^.]*$/, '');
    return { name, cells: comparisonCells(comparison), documentOf: () => document };
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

/** Scenario files side by side; they must agree on everything but the fleet and its router. */
function fromScenarios(documents: readonly LoadedDocument[], options: RunOptions): Plan {
  const cells = documents.map((document) => {
    try {
      applyOptions(document, options);
      const scenario = parseScenario(document.data);
      return scenarioCell(scenario, basename(document.file).replace(/\.[^.]*$/, ''));
    } catch (error) {
      throw error instanceof ConfigError ? document.locate(error) : error;
    }
  });
  const first = cells[0]!;
  for (const [i, cell] of cells.entries()) {
    for (const key of ['workload', 'run', 'slo', 'prices'] as const) {
      if (JSON.stringify(cell.scenario[key]) === JSON.stringify(first.scenario[key])) continue;
      throw documents[i]!.locate(
        new ConfigError({
          path: key,
          found: `another ${key} than in ${documents[0]!.file}`,
          expected: `the same ${key}: fleets are compared under equal conditions`,
        }),
      );
    }
  }
  const named = cells.map((cell, i) => ({ ...cell, fleet: uniqueName(cells, i) }));
  return {
    name: named.map((cell) => cell.fleet).join(' or '),
    cells: named.map((cell) => ({ ...cell, scenario: { ...cell.scenario, seed: first.scenario.seed ?? 1 } })),
    documentOf: (cell) => documents[named.findIndex((one) => one.fleet === cell.fleet)]!,
  };
}

function uniqueName(cells: readonly Cell[], index: number): string {
  const { fleet } = cells[index]!;
  const isTaken = cells.some((cell, i) => i < index && cell.fleet === fleet);
  return isTaken ? `${fleet} (${index + 1})` : fleet;
}
