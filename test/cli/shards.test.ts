/** Shards as others run them: the command lines of the printed manifests, as separate processes, merged to equal bytes. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { scenarioDocument } from '../worker/documents.ts';
import { drydock, folderOf } from './drydock.ts';

const folder = folderOf({
  'sweep.json': JSON.stringify({
    name: "it's a sweep",
    seeds: 2,
    scenario: { ...scenarioDocument(30), slo: { ttftMs: { p95: 300 } } },
    axes: [{ path: 'fleet.pools[0].replicas', values: [1, 2] }],
    load: { factors: [1, 2], adaptive: false },
  }),
});
afterAll(folder.remove);

const run = (...args: readonly string[]) => drydock(folder.path, ...args);
const SET = ['--set', 'scenario.workload.input={dist: constant, value: 200}'];

/** A folder whose `drydock` and `npx` start the built command. */
const bin = join(folder.path, 'bin');
mkdirSync(bin);
const command = `"${process.execPath}" "${resolve('dist/cli/drydock.js')}"`;
writeFileSync(join(bin, 'drydock'), `#!/bin/sh\nexec ${command} "$@"\n`);
writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec ${command} "$@"\n`);
for (const name of readdirSync(bin)) chmodSync(join(bin, name), 0o755);

function shell(cwd: string, line: string, env: Record<string, string> = {}): void {
  const { status, stderr } = spawnSync('sh', ['-c', line], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env, PATH: `${bin}:${process.env['PATH']}` },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
}

/** The report of the unsharded run. */
function whole(): string {
  const { status, stderr } = run('sweep', 'sweep.json', ...SET, '--quiet', '--out', 'whole.json');
  expect(status, stderr).toBe(0);
  return readFileSync(join(folder.path, 'whole.json'), 'utf8');
}

interface ConfigMap {
  readonly data: Readonly<Record<string, string>>;
}
interface IndexedJob {
  readonly spec: {
    readonly completions: number;
    readonly completionMode: string;
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly command: readonly string[]; readonly image: string }[];
      };
    };
  };
}

describe('sweep --emit', () => {
  test('kubernetes: an Indexed Job whose containers make the blobs', () => {
    const { stdout } = run(
      'sweep',
      'sweep.json',
      ...SET,
      '--emit',
      'kubernetes',
      '--shards',
      '3',
      '--image',
      'me/d:1',
    );
    const [map, job] = parseAllDocuments(stdout).map((one): unknown =>
      (one as { toJS(): unknown }).toJS(),
    ) as [ConfigMap, IndexedJob];
    const [container] = job.spec.template.spec.containers;
    expect(job.spec.completionMode).toBe('Indexed');
    expect(container!.image).toBe('me/d:1');
    const pod = join(folder.path, 'pod');
    for (const sub of ['', 'in', 'out']) mkdirSync(join(pod, sub));
    for (const [name, text] of Object.entries(map.data)) writeFileSync(join(pod, 'in', name), text);
    for (let index = 0; index < job.spec.completions; index++) {
      expect(container!.command.slice(0, 2)).toEqual(['sh', '-c']);
      shell(pod, container!.command[2]!, { JOB_COMPLETION_INDEX: String(index) });
    }
    const blobs = readdirSync(join(pod, 'out')).map((name) => join('pod/out', name));
    expect(blobs).toHaveLength(3);
    const { status, stderr } = run('merge', ...blobs.reverse(), '--quiet', '--out', 'merged.json');
    expect(status, stderr).toBe(0);
    expect(readFileSync(join(folder.path, 'merged.json'), 'utf8')).toBe(whole());
    const some = run('merge', blobs[0]!);
    expect(some.status).toBe(2);
    expect(some.stderr).toMatch(/missing \d\/3, \d\/3/);
  });

  test('github: a matrix whose jobs make the blobs, and a job that merges them', () => {
    const { stdout } = run('sweep', 'sweep.json', ...SET, '--emit', 'github', '--shards', '2');
    const { jobs } = parse(stdout) as {
      jobs: Record<
        'shard' | 'merge',
        { strategy: { matrix: { shard: number[] } }; steps: { run?: string }[] }
      >;
    };
    const lines = (job: 'shard' | 'merge'): string[] =>
      jobs[job].steps.flatMap((step) => (step.run?.startsWith('npx drydock') ? [step.run] : []));
    const work = join(folder.path, 'runner');
    mkdirSync(work);
    copyFileSync(join(folder.path, 'sweep.json'), join(work, 'sweep.json'));
    for (const shard of jobs.shard.strategy.matrix.shard) {
      for (const line of lines('shard'))
        shell(work, line.replaceAll(/\$\{\{ matrix\.shard \}\}/g, String(shard)));
    }
    for (const line of lines('merge')) shell(work, line, { GITHUB_STEP_SUMMARY: join(work, 'summary.md') });
    expect(readFileSync(join(work, 'sweep.json'), 'utf8')).toBe(whole());
    expect(readFileSync(join(work, 'summary.md'), 'utf8')).toContain("## Sweep it's a sweep");
    expect(readFileSync(join(work, 'sweep.html'), 'utf8')).toContain('<title>Sweep it&#39;s a sweep</title>');
  });

  test('more shards than cells are refused', () => {
    const { status, stderr } = run('sweep', 'sweep.json', '--emit', 'github', '--shards', '9');
    expect(status).toBe(2);
    expect(stderr).toContain('at most 4, the cells of this sweep');
  });
});
