/** `drydock merge`: the blobs of a sweep's shards as the report of the whole sweep. */
import type { Command } from 'commander';
import { jsonFrom } from '../../scenario/json-text.ts';
import { mergeBlobs, readBlob } from '../../sweep/merge.ts';
import { sweepReport } from '../../sweep/report.ts';
import { type ArtifactOptions, addArtifactOptions, writeArtifacts } from '../artifacts.ts';
import { readText } from '../document.ts';
import { blocksText, type Format, json, print, writeOut } from '../output.ts';
import { formatOption } from '../run-options.ts';
import { sweepBlocks, sweepCsv } from '../sweep-tables.ts';

interface MergeOptions extends ArtifactOptions {
  readonly format: Format;
  readonly out?: string;
  readonly quiet?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command('merge')
    .summary('put the shards of a sweep together')
    .description(
      'Merges the blobs of `drydock sweep --shard i/n`. The report is that of the unsharded run, byte for byte; blobs of ' +
        'different simulators or sweeps are refused, missing shards are named.',
    )
    .argument('<blobs...>', 'blobs of all shards, in any order')
    .option('--out <file>', 'write the report as JSON to a file as well')
    .option('--quiet', 'print nothing')
    .addOption(formatOption());
  addArtifactOptions(command, false).action(run);
}

function run(files: readonly string[], options: MergeOptions): void {
  const blobs = files.map((file) => ({ name: file, blob: readBlob(parsed(file), file) }));
  const { sweep, results } = mergeBlobs(blobs);
  const report = sweepReport(sweep, results);
  const blocks = sweepBlocks(report);
  writeArtifacts(options, { title: `Sweep ${report.sweep}`, blocks, cases: [] });
  if (options.out !== undefined) writeOut(options.out, report);
  if (options.quiet === true) return;
  if (options.format === 'json') print(json(report));
  else if (options.format === 'csv') print(sweepCsv(report));
  else print(blocksText(blocks, options.format));
}

function parsed(file: string): unknown {
  return jsonFrom(readText(file, 'a blob'), file, 'a blob');
}
