/** `export` and `import` from the outside: files written, what is left out on stderr, exit code 2 with file, field, found, allowed. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { poolOf } from '../export/scenarios.ts';
import { comparisonDocument, scenarioDocument } from '../worker/documents.ts';
import { drydock, folderOf } from './drydock.ts';

const folder = folderOf({
  'fleet.json': JSON.stringify(scenarioDocument(40)),
  'fleets.json': JSON.stringify(comparisonDocument(40)),
  'start.sh': '#!/bin/sh\nvllm serve Qwen/Qwen3-8B --max-num-seqs 64 --swap-space 4\n',
  'trace.csv': 'request_id,timestamp,input_tokens,output_tokens\n0,0,100,20\n1,0.5,many,20\n2,1,120,20\n',
  'config.json': JSON.stringify({
    ...{ model_type: 'llama', hidden_size: 2048, intermediate_size: 8192, num_attention_heads: 32 },
    ...{ num_hidden_layers: 16, num_key_value_heads: 8, vocab_size: 128256, max_position_embeddings: 8192 },
  }),
});
afterAll(folder.remove);
const run = (...args: readonly string[]) => drydock(folder.path, ...args);
const written = (name: string) => readFileSync(join(folder.path, name), 'utf8');

test('a report carries what is exported: run, then export the report', () => {
  expect(run('run', 'fleet.json', '--seeds', '2', '--quiet', '--out', 'report.json').status).toBe(0);
  const fromReport = run('export', 'report.json', '--target', 'vllm');
  const fromScenario = run('export', 'fleet.json', '--target', 'vllm');
  expect([fromReport.status, fromScenario.status]).toEqual([0, 0]);
  const commands = (text: string): string => text.slice(text.indexOf('\n\n'));
  expect(commands(fromReport.stdout)).toBe(commands(fromScenario.stdout));
  expect(fromReport.stdout.replaceAll(/\n# +/g, ' ')).toMatch(
    /Simulated estimate: TTFT p95 \d.* no SLO|meets the SLO/,
  );
  expect(fromReport.stderr).toContain('not expressed in --target vllm:\n  - the router');
});

test('of a plan the candidates are exported, by rank, with what the plan found of them', () => {
  const candidate = (fleet: string, replicas: number): unknown => {
    const scenario = { ...scenarioDocument(40), fleet: { pools: [poolOf({ replicas })] } };
    const interval = { low: 90, high: 110, confidence: 0.95 };
    return {
      ...{ fleet, scenario, costPerHour: 3.99 * replicas, probabilityMeets: 0.99, seeds: 3 },
      metrics: [{ metric: 'ttftMs.p95', limit: 500, value: 100, interval }],
    };
  };
  const plan = { schemaVersion: 1, plan: 'p', candidates: [candidate('small', 1), candidate('large', 7)] };
  writeFileSync(join(folder.path, 'plan.json'), JSON.stringify(plan));
  const { status, stdout, stderr } = run('export', 'plan.json', '--fleet', '2', '--target', 'vllm');
  expect(status, stderr).toBe(0);
  expect(stdout).toContain('"replicas":7');
  expect(stdout.replaceAll(/\n# /g, ' ')).toContain(
    'TTFT p95 100 ±10 ms, $27.93/h, meets the SLO with a probability',
  );
  writeFileSync(join(folder.path, 'none.json'), JSON.stringify({ ...plan, candidates: [] }));
  expect(run('export', 'none.json', '--target', 'vllm').stderr).toContain('a plan with at least one fleet');
});

test('an exported folder is imported, run, and has the same fleet', () => {
  expect(
    run('export', 'fleets.json', '--fleet', '2', '--target', 'kustomize', '--out', 'deploy').status,
  ).toBe(0);
  const files = readdirSync(join(folder.path, 'deploy')).map((name) => join('deploy', name));
  expect(files).toContain('deploy/kustomization.yaml');
  const { status, stderr } = run('import', ...files, '--out', 'back.yaml');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('InferencePool');
  const { pools } = parse(written('back.yaml')).fleet as { pools: { name: string; replicas: number }[] };
  const original = comparisonDocument(40) as { fleets: { pools: { name: string; replicas: number }[] }[] };
  const shape = (list: readonly { name: string; replicas: number }[]): string[] =>
    list.map(({ name, replicas }) => `${name} ${replicas}`).sort();
  expect(shape(pools)).toEqual(shape(original.fleets[1]!.pools));
  expect(run('run', 'back.yaml', '--requests', '20', '--quiet').status).toBe(0);
});

test('servers and traffic of two files make one scenario; bad rows and unknown options are named', () => {
  const { status, stderr } = run('import', 'start.sh', 'trace.csv', '--gpu', 'l40s', '--out', 'mine.yaml');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('--swap-space 4: not modelled');
  expect(stderr).toContain('line 3, input_tokens: found many');
  expect(parse(written('mine.yaml')).workload).toEqual({
    kind: 'trace',
    format: 'servegen',
    path: 'trace.csv',
  });
  const stopped = run('run', 'mine.yaml', '--quiet');
  expect([stopped.status, stopped.stderr.includes('line 3, input_tokens')]).toEqual([2, true]);
  expect(run('run', 'mine.yaml', '--quiet', '--skip-bad-rows').status).toBe(0);
});

test('a config.json alone is described, with an accelerator it is a scenario', () => {
  const described = run('import', 'config.json');
  expect(described.status).toBe(0);
  expect(described.stderr).toContain('KV per token  32,768 bytes in bf16');
  expect(parse(described.stdout)).toMatchObject({
    model: { layers: 16, kvHeads: 8 },
    size: { kvBytesPerToken: { bf16: 32_768, fp8: 16_384 }, contextTokens: 8192 },
    unread: [],
  });
  const scenario = run('import', 'config.json', '--gpu', 'l40s');
  writeFileSync(join(folder.path, 'config-fleet.yaml'), scenario.stdout);
  expect(run('run', 'config-fleet.yaml', '--requests', '10', '--quiet').status).toBe(0);
});

test.each([
  [
    ['export', 'fleet.json', '--target', 'helm'],
    /error: --target\n {2}found {4}"helm"\n {2}allowed {2}one of llm-d, kustomize/,
  ],
  [
    ['export', 'fleet.json', '--target', 'sglang'],
    /fleet\.json.*\n {2}field {4}fleet\.pools\n {2}found {4}no pool that runs sglang/,
  ],
  [
    ['export', 'fleets.json', '--target', 'epp', '--fleet', 'nobody'],
    /error: --fleet\n {2}found {4}"nobody"/,
  ],
  [['export', 'missing.yaml', '--target', 'epp'], /missing\.yaml\n {2}found {4}no such file/],
  [['import', 'missing.yaml'], /missing\.yaml\n {2}found {4}no such file/],
  [
    ['import', 'start.sh'],
    /start\.sh\n {2}field {4}line 2\n {2}found {4}no accelerator\n {2}allowed {2}--gpu/,
  ],
  [
    ['import', 'vllm serve Qwen/Qwen3-8B -tp x', '--gpu', 'l40s'],
    /field {4}--tensor-parallel-size\n {2}found {4}"x"/,
  ],
] as const)('%j: exit code 2', (args, message) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});
