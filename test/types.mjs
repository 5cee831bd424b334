// Type-checks every folder under its own environment: a clock, a timer or a file named in a pure folder is an error there.
import { spawnSync } from 'node:child_process';

const folders = process.argv.slice(2);
const projects =
  folders.length > 0 ? folders : ['src', 'src/server', 'models', 'sim', 'sim/cli', 'web', 'test'];
let failed = 0;
for (const project of projects) {
  const run = spawnSync('node_modules/.bin/tsc', ['-p', project], { encoding: 'utf8' });
  if (run.status !== 0) {
    failed += 1;
    process.stdout.write(`tsc -p ${project}\n${run.stdout}${run.stderr}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
