/** One plugin file under `--plugin`: in a simulation, in `route` and behind `serve` it decides alike. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { CHAT, modelServer, post } from '../server/fixtures.ts';
import { scenarioDocument } from '../worker/documents.ts';
import { drydock, folderOf } from './drydock.ts';

/** Wants the endpoint whose number is the prompt's length in tokens modulo the number of endpoints. */
const SCORER = `
import type { UserPlugin } from 'drydock/plugin';
import { wanted } from './wanted.ts';

export const plugin: UserPlugin<{ shift: number }> = {
  type: 'by-length',
  kinds: ['scorer'],
  defaults: { shift: 0 },
  create: ({ shift }) => ({
    scorer: {
      score({ rows, count, request }, out): void {
        for (let i = 0; i < count; i++) out[i] = rows[i] === wanted(request.prompt.tokens + shift, count) ? 1 : 0;
      },
    },
  }),
};
`;
const WANTED = 'export const wanted = (tokens: number, count: number): number => tokens % count;\n';
const CONFIG = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [{ type: 'by-length', parameters: { shift: 1 } }, { type: 'max-score-picker' }],
  schedulingProfiles: [
    { name: 'default', plugins: [{ pluginRef: 'by-length' }, { pluginRef: 'max-score-picker' }] },
  ],
};
const SJF = `
export const plugin = { type: 'longest', kinds: ['engine-scheduling-policy'], create: () => ({ rank: (r) => -r.promptTokens }) };
`;

const routed = { ...scenarioDocument(60), router: { config: CONFIG } };
const folder = folderOf({
  'by-length.ts': SCORER,
  'wanted.ts': WANTED,
  'longest.mjs': SJF,
  'scenario.json': JSON.stringify(routed),
  'config.json': JSON.stringify(CONFIG),
  'sweep.json': JSON.stringify({
    name: 's',
    scenario: { ...routed, run: { requests: 20 } },
    load: { rps: [5, 10] },
  }),
});
afterAll(folder.remove);
const textOf = (file: string): string => readFileSync(join(folder.path, file), 'utf8');

interface Line {
  readonly id: string;
  readonly target: readonly string[];
  readonly profiles: readonly { readonly candidates: readonly { readonly endpoint: string }[] }[];
}

describe('--plugin', () => {
  test('run: decides by the plugin, on worker threads as in one; without it the type is unknown', () => {
    const args = ['run', 'scenario.json', '--plugin', 'by-length.ts', '--quiet'];
    expect(drydock(folder.path, ...args, '--records', 'r.csv', '--decisions', 'd.jsonl').status).toBe(0);
    const [head, ...rows] = textOf('r.csv').trim().split('\n');
    const at = (name: string): number => head!.split(',').indexOf(name);
    const tokens = new Map(
      rows.map((row) => row.split(',')).map((row) => [row[at('id')]!, row[at('input_tokens')]!]),
    );
    const lines = textOf('d.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines).toHaveLength(60);
    for (const { id, target, profiles } of lines) {
      const { candidates } = profiles[0]!;
      expect(target).toEqual([candidates[(Number(tokens.get(id)) + 1) % candidates.length]!.endpoint]);
    }
    const reports = ['1', '2'].map((jobs) => {
      const { stdout } = drydock(folder.path, ...args, '--seeds', '2', '--jobs', jobs, '--format', 'csv');
      return stdout;
    });
    expect(reports[1]).toBe(reports[0]);
    const without = drydock(folder.path, 'run', 'scenario.json');
    expect(without.status).toBe(2);
    expect(without.stderr).toMatch(/router.config.plugins\[0\].type: found "by-length"|by-length/);
  });

  test('sweep and compare take it as well', () => {
    const sweep = drydock(
      folder.path,
      'sweep',
      'sweep.json',
      '--plugin',
      'by-length.ts',
      '--jobs',
      '2',
      '--format',
      'csv',
    );
    expect(sweep.stderr).toBe('');
    expect(sweep.status).toBe(0);
    expect(sweep.stdout).not.toContain('unknown');
    const compare = drydock(
      folder.path,
      'compare',
      'scenario.json',
      'scenario.json',
      '--plugin',
      'by-length.ts',
    );
    expect(compare.status).toBe(0);
  });

  test('plan and why take it, and know no such type without', () => {
    const { workload, slo, run, calibration } = scenarioDocument(40);
    const search = {
      gpus: ['h100-sxm'],
      replicas: { min: 2, max: 2 },
      routers: [{ name: 'own', router: { config: CONFIG } }],
    };
    const plan = { model: 'llama-3.1-8b', ...{ workload, slo, run, calibration, search } };
    writeFileSync(join(folder.path, 'plan.json'), JSON.stringify(plan));
    for (const [command, file] of [
      ['plan', 'plan.json'],
      ['why', 'scenario.json'],
    ] as const) {
      const args = [
        command,
        file,
        '--format',
        'json',
        '--quiet',
        ...(command === 'why' ? ['--seeds', '2'] : []),
      ];
      const answer = drydock(folder.path, ...args, '--plugin', 'by-length.ts');
      expect(answer.stderr).toBe('');
      expect(answer.status).toBe(0);
      expect(drydock(folder.path, ...args).stderr).toContain('by-length');
    }
  });

  test('an engine policy orders queues only where the module is given', () => {
    const engine = { name: 'vllm', args: { max_num_seqs: 4 }, schedulingPolicy: { type: 'longest' } };
    const base = scenarioDocument(40) as { fleet: { pools: object[] } };
    const pools = base.fleet.pools.map((pool) => ({ ...pool, engine }));
    writeFileSync(join(folder.path, 'longest.json'), JSON.stringify({ ...base, fleet: { pools } }));
    expect(drydock(folder.path, 'run', 'longest.json', '--plugin', 'longest.mjs').status).toBe(0);
    const without = drydock(folder.path, 'run', 'longest.json');
    expect(without.status).toBe(2);
    expect(without.stderr).toContain('schedulingPolicy.type');
  });

  test('route and serve send the same requests to the same endpoints', async () => {
    const seen: string[] = [];
    const addresses = await Promise.all(
      [0, 1, 2].map((n) =>
        modelServer((request, response) => {
          if (request.url!.startsWith('/metrics')) {
            response.end('');
            return;
          }
          seen.push(`ns/e${n}`);
          response.setHeader('content-type', 'application/json');
          response.end('{"usage":{"prompt_tokens":1,"completion_tokens":1}}');
        }),
      ),
    );
    const endpoints = addresses.map((address, n) => ({ id: `ns/e${n}`, address, labels: {} }));
    writeFileSync(join(folder.path, 'endpoints.json'), JSON.stringify(endpoints));
    const bodies = Array.from({ length: 12 }, (_, i) => ({
      ...CHAT,
      messages: [{ role: 'user', content: 'word '.repeat(1 + 7 * i) }],
    }));
    const lines = bodies.map((body, i) => JSON.stringify({ id: `${i}`, path: '/v1/chat/completions', body }));
    writeFileSync(join(folder.path, 'requests.jsonl'), lines.join('\n'));
    const common = ['--config', 'config.json', '--endpoints', 'endpoints.json', '--plugin', 'by-length.ts'];
    const answer = drydock(
      folder.path,
      'route',
      ...common,
      '--requests',
      'requests.jsonl',
      '--decisions',
      'route.jsonl',
    );
    expect(answer.stderr).toBe('');
    const routedTo = textOf('route.jsonl')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Line).target[0]!);
    expect(new Set(routedTo).size).toBeGreaterThan(1);
    const port = await served(common);
    for (const body of bodies) expect((await post(port, body)).status).toBe(200);
    expect(seen).toEqual(routedTo);
  });

  test('what is wrong with a module is told with its file, before anything runs', () => {
    const stderrOf = (name: string, text: string): string => {
      writeFileSync(join(folder.path, name), text);
      const { status, stderr } = drydock(folder.path, 'run', 'scenario.json', '--plugin', name);
      expect(status).toBe(2);
      return stderr;
    };
    expect(stderrOf('none.ts', 'export const x = 1;')).toMatch(/none.ts\n.*no plugin/);
    expect(stderrOf('syntax.ts', 'export const = 1;')).toMatch(/syntax.ts\n.*a module that fails to load/);
    expect(stderrOf('kinds.mjs', 'export const plugin = { type: "a" };')).toMatch(
      /kinds.mjs[\s\S]*plugin.kinds/,
    );
    expect(drydock(folder.path, 'route', '--plugin', 'absent.ts').status).not.toBe(0);
  });

  test("the published types check a user's module", () => {
    const home = join(folder.path, 'node_modules');
    mkdirSync(home);
    symlinkSync(resolve('.'), join(home, 'drydock'), 'dir');
    const check = (file: string): { status: number | null; stdout: string } =>
      spawnSync(
        resolve('node_modules/.bin/tsc'),
        `--noEmit --strict --noUncheckedIndexedAccess --module esnext --moduleResolution bundler --target es2023 --allowImportingTsExtensions --types null ${file}`
          .replace('--types null', '--types')
          .split(' ')
          .filter((word) => word !== '--types'),
        { cwd: folder.path, encoding: 'utf8' },
      );
    expect(check('by-length.ts').stdout).toBe('');
    writeFileSync(join(folder.path, 'wrong.ts'), SCORER.replace("kinds: ['scorer']", "kinds: ['scoring']"));
    expect(check('wrong.ts').stdout).toContain('scoring');
  });
});

/** Starts the gateway; its port. */
async function served(options: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [resolve('dist/cli/drydock.js'), 'serve', ...options, '--port', '0'],
    {
      cwd: folder.path,
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for await (const chunk of child.stderr) {
    text += String(chunk);
    const [, port] = /serving 3 endpoints at http:\/\/[\d.]+:(\d+)/.exec(text) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`serve ended: ${text}`);
}
