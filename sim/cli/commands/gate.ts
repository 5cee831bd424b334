/** `drydock gate`: has a change made figures worse? Two reports, paired by seed; exit codes for CI. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { type GateReport, gate } from '../../gate/gate.ts';
import { readReport } from '../../gate/read-report.ts';
import { DEFAULT_TOLERANCE, parseMetric, parseTolerance } from '../../gate/tolerance.ts';
import { jsonFrom } from '../../scenario/json-text.ts';
import { type ArtifactOptions, addArtifactOptions, writeArtifacts } from '../artifacts.ts';
import { readText } from '../document.ts';
import { EXIT, type ExitCode, Stop } from '../exit-codes.ts';
import { gatePlot } from '../gate-plot.ts';
import { gateBlocks, gateCases, gateSentence } from '../gate-tables.ts';
import { blocksText, json, print, writeOut } from '../output.ts';

interface GateOptions extends ArtifactOptions {
  readonly metric: readonly string[];
  readonly tolerance?: string;
  readonly format: 'table' | 'json' | 'md';
  readonly out?: string;
}

const CODES: Readonly<Record<Exclude<GateReport['verdict'], 'passes'>, ExitCode>> = {
  thresholdFailed: EXIT.thresholdFailed,
  regression: EXIT.regression,
  inconclusive: EXIT.inconclusive,
};

export function register(program: Command): void {
  const command = program
    .command('gate')
    .summary('regression gate: two reports, paired by seed')
    .description(
      'Holds a report of run or compare (--out) against an earlier one, figure by figure: mean of the differences that are ' +
        'paired by seed, with a 95 % interval. Exit code 4 when the whole interval of a figure is worse than the tolerance, 5 ' +
        'when it straddles it, 3 when a threshold of the head (assert) fails, 0 otherwise.',
    )
    .argument('<base>', 'report before the change (JSON)')
    .argument('<head>', 'report after it')
    .option(
      '--metric <figure[=tolerance]>',
      'figure to gate, e.g. ttftMs.p95 or ttftMs.p95=5% (repeatable; default: the usual ones and those of the SLO)',
      (value: string, before: readonly string[]) => [...before, ...value.split(',')],
      [],
    )
    .option(
      '--tolerance <amount>',
      'how much worse figures may get: 5%, or an amount in their unit (default 2%)',
    )
    .option('--out <file>', 'write the answer as JSON to a file as well')
    .addOption(
      new Option('--format <format>', 'output format').choices(['table', 'json', 'md']).default('table'),
    )
    .addHelpText(
      'after',
      `
Examples:
  drydock run fleet.yaml --seeds 5 --out head.json && drydock gate base.json head.json
  drydock gate base.json head.json --metric ttftMs.p95=5% --metric slo.attainment=0.01 --junit gate.xml`,
    );
  addArtifactOptions(command, true).action(run);
}

function run(baseFile: string, headFile: string, options: GateOptions): void {
  const tolerance =
    options.tolerance === undefined ? DEFAULT_TOLERANCE : parseTolerance(options.tolerance, '--tolerance');
  const metrics = options.metric.map((text) => parseMetric(text, tolerance));
  const report = gate(
    readReport(parsed(baseFile), baseFile),
    readReport(parsed(headFile), headFile),
    metrics.length === 0 ? undefined : metrics,
    tolerance,
  );
  const answer = gateSentence(report);
  const blocks = gateBlocks(report);
  writeArtifacts(options, {
    title: `Gate ${report.head.name}`,
    answer,
    blocks,
    plot: gatePlot(report),
    cases: gateCases(report),
  });
  if (options.out !== undefined) writeOut(options.out, report);
  if (options.format === 'json') print(json(report));
  else print(blocksText([...blocks, answer], options.format));
  if (report.verdict !== 'passes') throw new Stop(CODES[report.verdict], answer);
}

function parsed(file: string): unknown {
  return jsonFrom(readText(file, 'a report of drydock run or compare (--out)'), file, 'a report');
}
