import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ComparisonReport } from '../../sim/compare/comparison-report.ts';
import { comparisonDocument, scenarioDocument } from '../worker/documents.ts';
import { drydock, folderOf } from './drydock.ts';

const long = { ...comparisonDocument(10), run: { requests: 30_000 } };
const folder = folderOf({
  'fleets.json': JSON.stringify(comparisonDocument(800)),
  'long.json': JSON.stringify(long),
  'one.json': JSON.stringify(scenarioDocument(10)),
  'trace.json': JSON.stringify({
    ...comparisonDocument(10),
    run: {},
    workload: { kind: 'trace', format: 'drydock', path: 'trace.csv' },
  }),
  'trace.csv': 'arrival_s,input_tokens,output_tokens\n0,10,5\n1,20,5\n2,many,5\n',
});
afterAll(folder.remove);

/** Starts the command, interrupts it once `ready` says so (asked every 20 ms), and waits for its end. */
function interrupted(
  args: readonly string[],
  ready: () => boolean,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [resolve('dist/cli/drydock.js'), ...args], { cwd: folder.path });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const timer = setInterval(() => {
    if (!ready()) return;
    clearInterval(timer);
    child.kill('SIGINT');
  }, 20);
  return new Promise((done) => {
    child.once('close', (status) => {
      clearInterval(timer);
      done({ status, stdout, stderr });
    });
  });
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(join(folder.path, file), 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

describe('--jobs', () => {
  test('1, 2 and 3 give the same report and the same records', () => {
    const seen = [1, 2, 3].map((jobs) => {
      const { status, stdout, stderr } = drydock(
        ...([folder.path, 'compare', 'fleets.json', '--seeds', '3', '--format', 'json'] as const),
        ...['--jobs', String(jobs), '--records', `records-${jobs}.csv`],
      );
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const report = JSON.parse(stdout) as ComparisonReport;
      const timeless = JSON.stringify(report, (key, value) => (key === 'sim' ? value.events : value));
      return [timeless, linesOf(`records-${jobs}.csv`).join('\n')];
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(linesOf('records-2.csv')).toHaveLength(1 + 2 * 3 * 800);
    expect(readdirSync(folder.path).filter((name) => name.includes('.run-'))).toEqual([]);
  });

  test('a bad trace row is named as without workers, whichever run meets it first', () => {
    const [one, two] = ['1', '2'].map((jobs) =>
      drydock(folder.path, 'compare', 'trace.json', '--seeds', '2', '--jobs', jobs),
    );
    expect(one!.status).toBe(2);
    expect(one!.stderr).toContain('input_tokens');
    expect(two).toEqual(one);
  });

  test('0 is refused', () => {
    expect(drydock(folder.path, 'compare', 'fleets.json', '--jobs', '0').status).toBe(2);
  });
});

describe('Ctrl-C', () => {
  test.each(['1', '2'])(
    'with --jobs %s ends with exit status 6 and the seeds that are complete',
    async (jobs) => {
      const records = `cancelled-${jobs}.csv`;
      const { status, stdout, stderr } = await interrupted(
        ['compare', 'long.json', '--seeds', '200', '--jobs', jobs, '--records', records, '--format', 'json'],
        () => linesOf(records).length > 2 * 30_000,
      );
      expect(status).toBe(6);
      expect(stderr).toMatch(/^cancelled at \d+ %: the report holds \d+ of 200 seeds, the rest is lost$/m);
      const report = JSON.parse(stdout) as ComparisonReport;
      expect(report.seeds.slice(0, 1)).toEqual([3]);
      expect(report.seeds.length).toBeLessThan(200);
      expect(readdirSync(folder.path).filter((name) => name.includes('.run-'))).toEqual([]);
    },
  );

  test('before the first seed is complete says that nothing is kept', async () => {
    const { status, stdout, stderr } = await interrupted(
      ['run', 'one.json', '--requests', '5000000', '--records', 'none.csv'],
      () => linesOf('none.csv').length > 100,
    );
    expect(status).toBe(6);
    expect(stdout).toBe('');
    expect(stderr).toContain('nothing is kept');
  });
});
