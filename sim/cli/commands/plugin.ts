/** `drydock plugin new|check`: a plugin of one's own, and whether it keeps the contract. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import { unwritable } from '../document.ts';
import { EXIT, Stop } from '../exit-codes.ts';
import { print } from '../output.ts';
import { checkPlugin } from '../plugin/check-plugin.ts';
import { checkPolicy } from '../plugin/check-policy.ts';
import { loadPlugins } from '../plugin/load-plugin.ts';
import { scorerSource } from '../plugin/scaffold.ts';

export function register(program: Command): void {
  const command = program.command('plugin').summary('write and check router plugins');
  command
    .command('new')
    .description('Writes a scorer that works, to be changed.')
    .argument('<file>', 'file to write, e.g. my-scorer.ts')
    .action(create);
  command
    .command('check')
    .description(
      'Contract, purity, determinism and speed of the plugins of a module, with default parameters.',
    )
    .argument('<file>', 'module (.js, .mjs, .ts, .mts)')
    .action(check);
}

function create(file: string): void {
  if (existsSync(file))
    throw new ConfigError({ path: '', file, found: 'a file that exists', expected: 'a new file' });
  try {
    writeFileSync(
      file,
      scorerSource(basename(file).replace(/\.[^.]*$/, ''), /\.m?ts$/.test(file) ? 'ts' : 'js'),
    );
  } catch (error) {
    throw unwritable(file, error);
  }
  print(`${file} written; check it with: drydock plugin check ${file}`);
}

async function check(file: string): Promise<void> {
  const { router, engine } = await loadPlugins(file);
  const results = [...router.map(checkPlugin), ...engine.map(checkPolicy)];
  for (const { type, problems, exercised, calls, usPerCall } of results) {
    const what =
      exercised.length === 0
        ? 'no filter, scorer, picker or queue order: only created'
        : exercised.join(', ');
    print(`${type}: ${what}; ${calls} calls, ${usPerCall.toFixed(1)} µs each (16 endpoints)`);
    for (const problem of problems) print(`  breaks the contract: ${problem}`);
    if (problems.length === 0) print('  keeps the contract, pure, deterministic');
  }
  if (results.some(({ problems }) => problems.length > 0))
    throw new Stop(EXIT.thresholdFailed, 'a plugin breaks the contract');
}
