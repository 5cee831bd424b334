// `npm test`: everything, in order: build, types, lint, unit tests, browser tests in Debian's Chromium. Goes on after a
// failure so that one run shows them all. The last line says how many checks passed and failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';

const ARTIFACTS = 'test/.artifacts';
const total = { passed: 0, failed: 0, skipped: 0 };

mkdirSync(ARTIFACTS, { recursive: true });
check('build', 'npm', ['run', '--silent', 'build']);
check('types', process.execPath, ['test/types.mjs']);
check('lint', 'node_modules/.bin/biome', ['check', '.']);
tests('unit', {});
const chromium = findChromium() ?? installChromium();
if (chromium === null) {
  total.failed += 1;
  say(
    'browser tests: NOT RUN. No Chromium was found (set CHROMIUM to its path), and it could not be installed:',
  );
  say(process.getuid?.() === 0 ? 'apt-get install chromium failed.' : 'that takes apt-get and root.');
} else {
  say(`browser tests in ${chromium}`);
  tests('browser', { CHROMIUM: chromium });
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
say(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs a tool; one check that passes or fails. */
function check(name, command, args) {
  say(`${name} ...`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) total.passed += 1;
  else total.failed += 1;
  say(`${name}: ${status === 0 ? 'passed' : 'FAILED'}`);
}

/** Runs a vitest project and adds up its tests. A file that does not even load counts as one failure. */
function tests(project, env) {
  const file = `${ARTIFACTS}/${project}.json`;
  rmSync(file, { force: true });
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const run = spawnSync('node_modules/.bin/vitest', [...args, '--passWithNoTests'], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (!existsSync(file)) {
    total.failed += 1;
    say(`${project} tests: vitest left no result (exit status ${run.status})`);
    return;
  }
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const unloaded = result.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0);
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + unloaded.length;
  total.skipped += result.numPendingTests + result.numTodoTests;
  const isClean = result.numFailedTests + unloaded.length === 0;
  if (run.status !== 0 && isClean) {
    total.failed += 1;
    say(`${project} tests: vitest reports an error outside of tests (exit status ${run.status})`);
  }
}

function findChromium() {
  const named = process.env.CHROMIUM;
  if (named !== undefined && existsSync(named)) return named;
  const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return candidates.find((path) => existsSync(path)) ?? null;
}

function installChromium() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return null;
  say('Chromium not found; installing it with apt-get ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quietly = { stdio: ['ignore', 'ignore', 'inherit'], env };
  spawnSync('apt-get', ['update', '-qq'], quietly);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quietly);
  return findChromium();
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
