/** The `drydock` command: a list of subcommands, and the one place where errors become text and exit codes. */
import { Command, CommanderError } from 'commander';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { register as calibrate } from './commands/calibrate.ts';
import { register as catalog } from './commands/catalog.ts';
import { register as compare } from './commands/compare.ts';
import { register as emulate } from './commands/emulate.ts';
import { register as exportFiles } from './commands/export.ts';
import { register as gate } from './commands/gate.ts';
import { register as importFiles } from './commands/import.ts';
import { register as lab } from './commands/lab.ts';
import { register as merge } from './commands/merge.ts';
import { register as plan } from './commands/plan.ts';
import { register as plugin } from './commands/plugin.ts';
import { register as presets } from './commands/presets.ts';
import { register as route } from './commands/route.ts';
import { register as run } from './commands/run.ts';
import { register as schema } from './commands/schema.ts';
import { register as serve } from './commands/serve.ts';
import { register as sidecar } from './commands/sidecar.ts';
import { register as sweep } from './commands/sweep.ts';
import { register as tune } from './commands/tune.ts';
import { register as twin } from './commands/twin.ts';
import { register as validate } from './commands/validate.ts';
import { register as why } from './commands/why.ts';
import { explain } from './errors.ts';
import { EXIT } from './exit-codes.ts';

const COMMANDS = [
  ...[run, compare, why, plan, sweep, merge, gate, lab, tune, plugin],
  ...[route, serve, sidecar, emulate, twin, validate, calibrate],
  ...[exportFiles, importFiles],
  ...[catalog, presets, schema],
];

const program = new Command('drydock')
  .description('Simulates fleets that serve language models, and says which one meets an SLO at what cost.')
  .version(`simulator ${ENGINE_DIGEST}`, '-V, --version', 'print the digest of the simulator')
  .showSuggestionAfterError()
  .exitOverride()
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    '\nstdout is data, stderr is progress. Exit codes: 0 pass, 1 internal error, 2 invalid input,',
  )
  .addHelpText('after', '3 threshold failed, 4 regression, 5 inconclusive, 6 cancelled, 7 infeasible.');
for (const register of COMMANDS) register(program);

// A reader such as `head` may close the pipe: that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.pass);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.invalidInput;
  } else {
    const { text, code } = explain(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = code;
    // What the command had started before it failed (timers, connections) must not keep the process.
    setTimeout(() => process.exit(), 500).unref();
  }
}
