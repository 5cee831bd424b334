/** `drydock run`: simulates one scenario and prints its report. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import { attributionTables } from '../../export/report/attribution-tables.ts';
import { reportBlocks, verdictLine } from '../../export/report/report-tables.ts';
import { checkAssertions, parseAssertions } from '../../metrics/assertion.ts';
import { buildReport } from '../../metrics/build-report.ts';
import { ENGINE_DIGEST } from '../../run/engine-digest.ts';
import { scenarioCell } from '../../run/plan-cells.ts';
import { pricing } from '../../run/prices.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { type ArtifactOptions, addArtifactOptions, writeArtifacts } from '../artifacts.ts';
import { reportCases } from '../check-cases.ts';
import { type LoadedDocument, loadDocument } from '../document.ts';
import { blocksText, json, print, reportCsv, writeOut } from '../output.ts';
import { runJob } from '../run-job.ts';
import { addRunOptions, applyOptions, type RunOptions } from '../run-options.ts';
import { stopOnThresholds } from '../thresholds.ts';

export function register(program: Command): void {
  const command = program
    .command('run')
    .summary('simulate one scenario')
    .description('Simulates one scenario and prints its report.')
    .argument('<scenario>', 'scenario file (YAML or JSON)')
    .addHelpText(
      'after',
      `
Examples:
  drydock run scenarios/quickstart.yaml
  drydock run scenarios/quickstart.yaml --seeds 5 --set fleet.pools[0].replicas=3
  drydock run scenarios/quickstart.yaml --format json --records records.csv`,
    );
  addArtifactOptions(addRunOptions(command), true)
    .option('--explain', 'where the time of fast and slow requests goes, phase by phase')
    .action(run);
}

interface OwnOptions extends RunOptions, ArtifactOptions {
  readonly explain?: boolean;
}

async function run(file: string, options: OwnOptions): Promise<void> {
  const document = loadDocument(file);
  try {
    await runDocument(document, options);
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

async function runDocument(document: LoadedDocument, options: OwnOptions): Promise<void> {
  const { data, file } = document;
  if ('fleets' in data) {
    throw new ConfigError({
      path: 'fleets',
      found: 'a comparison',
      expected: 'one `fleet`, or `drydock compare`',
    });
  }
  applyOptions(document, options);
  const scenario = parseScenario(data);
  const assertions = parseAssertions(scenario.assert ?? []);
  const cell = scenarioCell(scenario, basename(file).replace(/\.[^.]*$/, ''));
  const money = pricing(scenario.prices);
  const { results, documents, wallMs, cancelled } = await runJob([cell], () => document, options);
  const report = buildReport(results[0]!, {
    scenario: cell.fleet,
    slo: scenario.slo,
    ...money,
    engineDigest: ENGINE_DIGEST,
    wallMs,
    document: documents[0]!,
  });
  const outcomes = checkAssertions(report, assertions);
  const why = options.explain === true ? attributionTables(report.attribution) : [];
  const blocks = [...why, ...reportBlocks(report, outcomes)];
  if (options.out !== undefined) writeOut(options.out, report);
  writeArtifacts(options, {
    title: cell.fleet,
    answer: verdictLine(report),
    blocks: blocks.slice(0, -1),
    cases: reportCases(cell.fleet, report, outcomes),
  });
  if (options.format === 'json') print(json(report));
  else if (options.format === 'csv') print(reportCsv(report));
  else print(blocksText(blocks, options.format));
  if (cancelled !== null) throw cancelled;
  stopOnThresholds([{ name: '', outcomes }]);
}
