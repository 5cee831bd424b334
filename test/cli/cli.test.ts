import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ComparisonReport } from '../../sim/compare/comparison-report.ts';
import type { Report } from '../../sim/metrics/report.ts';
import { comparisonDocument, scenarioDocument } from '../worker/documents.ts';
import { drydock, folderOf } from './drydock.ts';

const GOOD = `# small
name: small
seed: 3
workload:
  kind: synthetic
  arrivals: {process: poisson, rateRps: 20}
  input: {dist: constant, value: 300}
  output: {dist: constant, value: 50}
fleet:
  pools:
    - {name: chat, role: both, replicas: 2, gpu: h100-sxm, model: llama-3.1-8b, engine: {name: vllm}}
slo: {ttftMs: {p95: 500}}
run: {requests: 100}
`;

const TRACE = 'arrival_s,input_tokens,output_tokens\n0,10,5\n1,many,5\n2,20,5\n';

const folder = folderOf({
  'good.yaml': GOOD,
  'small.json': JSON.stringify(scenarioDocument(200)),
  'other.json': JSON.stringify({ ...scenarioDocument(200), run: { requests: 300 } }),
  'fleets.json': JSON.stringify(comparisonDocument(200)),
  'typo.yaml': GOOD.replace('rateRps', 'rateRsp'),
  'negative.yaml': GOOD.replace('rateRps: 20', 'rateRps: -20'),
  'gpu.yaml': GOOD.replace('h100-sxm', 'h100-smx'),
  'big.yaml': GOOD.replace('llama-3.1-8b', 'llama-3.1-405b'),
  'heads.yaml': GOOD.replace('engine:', 'parallel: {tp: 3}, engine:'),
  'unknown-gpu.json': JSON.stringify(scenarioDocument(200)).replace('h100-sxm', 'h100-smx'),
  'hf.yaml': GOOD.replace('model: llama-3.1-8b', 'model: {config: config.json}'),
  'config.json': JSON.stringify({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 2048,
    intermediate_size: 8192,
    max_position_embeddings: 131072,
    num_attention_heads: 32,
    num_hidden_layers: 16,
    num_key_value_heads: 8,
    head_dim: 64,
    vocab_size: 128256,
    tie_word_embeddings: true,
    torch_dtype: 'bfloat16',
  }),
  'syntax.yaml': 'name: a\nworkload: {kind: [\n',
  'empty.yaml': '',
  'trace.yaml': GOOD.replace(
    /workload:[\s\S]*fleet:/,
    'workload: {kind: trace, format: drydock}\nfleet:',
  ).replace('run: {requests: 100}\n', ''),
  'bad.csv': TRACE,
});
afterAll(folder.remove);

const run = (...args: readonly string[]) => drydock(folder.path, ...args);
const json = <T>(...args: readonly string[]): T => {
  const { status, stdout, stderr } = run(...args, '--format', 'json');
  if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
  return JSON.parse(stdout) as T;
};

describe('drydock run', () => {
  test('prints a report that adds up, the same twice but for wall time', () => {
    const [a, b] = [json<Report>('run', 'small.json'), json<Report>('run', 'small.json')];
    const { arrived, completed, rejected, failed, cancelled, expired, inFlight } = a.counts;
    expect(completed + rejected + failed + cancelled + expired + inFlight).toBe(arrived);
    expect(arrived).toBe(200);
    for (const pool of a.pools) {
      const { prefill, decode, transfer, idle } = pool.busy;
      expect(prefill + decode + transfer + idle).toBeCloseTo(1, 9);
    }
    expect({ ...a, sim: a.sim.events }).toEqual({ ...b, sim: b.sim.events });
  });

  test('step by step gives the same times to 1e-9', () => {
    const fast = json<Report>('run', 'small.json');
    const slow = json<Report>('run', 'small.json', '--no-fast-forward');
    expect(slow.counts).toEqual(fast.counts);
    for (const metric of ['ttftMs', 'itlMs', 'tpotMs', 'e2eMs', 'queueMs'] as const) {
      for (const statistic of ['mean', 'p50', 'p90', 'p95', 'p99', 'max', 'n'] as const) {
        const [x, y] = [fast[metric][statistic]!, slow[metric][statistic]!];
        expect(Math.abs(x - y)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(y)));
      }
    }
  });

  test('the table ends with the verdict and fits 100 columns', () => {
    const { status, stdout } = run('run', 'good.yaml', '--seeds', '3');
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^The fleet (meets|fails) the SLO\.$/);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(stdout).toMatch(/^TTFT p95 +<= 500 ms +.* ms {2}meets$/m);
  });

  test('--set, --seed, --seeds and --requests change the run', () => {
    const report = json<Report>(
      ...['run', 'small.json', '--set', 'fleet.pools.chat.replicas=3', '--seed', '8'],
      ...['--seeds', '2', '--requests', '50'],
    );
    expect(report.pools[0]!.replicas).toBe(3);
    expect(report.seeds).toEqual([8, 9]);
    expect(report.counts.arrived).toBe(100);
    expect(report.intervals['ttftMs.p95']).toBeDefined();
  });

  test('--records writes a line per request, and they agree with the report', () => {
    const report = json<Report>('run', 'small.json', '--records', 'records.csv', '--out', 'out.json');
    const [header, ...rows] = readFileSync(join(folder.path, 'records.csv'), 'utf8').trim().split('\n');
    expect(header).toBe(
      'id,arrival_s,endpoint,prefill_endpoint,input_tokens,cached_tokens,output_tokens,queue_ms,transfer_ms,' +
        'ttft_ms,tpot_ms,e2e_ms,preemptions,status',
    );
    expect(rows.length).toBe(200);
    const ttfts = rows.map((row) => Number(row.split(',')[9]));
    expect(ttfts.reduce((sum, ttft) => sum + ttft, 0) / 200).toBeCloseTo(report.ttftMs.mean!, 6);
    expect(JSON.parse(readFileSync(join(folder.path, 'out.json'), 'utf8')).fingerprint).toBe(
      report.fingerprint,
    );
  });

  test('a failed threshold ends with exit status 3 and says which', () => {
    const { status, stderr } = run('run', 'small.json', '--set', 'assert=["ttftMs.p95 <= 0.001"]');
    expect(status).toBe(3);
    expect(stderr).toContain('ttftMs.p95 <= 0.001');
    expect(run('run', 'small.json', '--set', 'assert=["counts.completed >= 200"]').status).toBe(0);
  });

  test('csv and md hold the same figures', () => {
    expect(run('run', 'small.json', '--format', 'csv').stdout).toMatch(
      /^figure,unit,value,low,high\nttftMs\.mean,ms,\d/,
    );
    expect(run('run', 'small.json', '--format', 'md').stdout).toMatch(/^\| TTFT \| \d/m);
  });
});

describe('traces', () => {
  test('a bad row stops the run and is named by line, field and value', () => {
    const { status, stderr } = run('run', 'trace.yaml', '--trace', 'bad.csv');
    expect(status).toBe(2);
    expect(stderr).toMatch(/3/);
    expect(stderr).toContain('input_tokens');
    expect(stderr).toContain('many');
  });

  test('--skip-bad-rows goes on and counts them', () => {
    const report = json<Report>('run', 'trace.yaml', '--trace', 'bad.csv', '--skip-bad-rows');
    expect(report.counts.completed).toBe(2);
    expect(report.notes.join('\n')).toMatch(/1 bad row/);
  });

  test('a missing trace is named', () => {
    const { status, stderr } = run('run', 'trace.yaml', '--trace', 'absent.csv');
    expect(status).toBe(2);
    expect(stderr).toContain('absent.csv');
  });
});

describe('drydock compare', () => {
  test('pairs fleets by seed and decides in a sentence', () => {
    const report = json<ComparisonReport>('compare', 'fleets.json', '--seeds', '3');
    const workload = report.workloads[0]!;
    expect(workload.fleets.map((fleet) => fleet.name)).toEqual(['two', 'three']);
    expect(workload.best).toBe('two');
    expect(workload.sentence).toMatch(/^A meets the SLO for \$/);
    const cost = workload.differences.find((d) => d.figure === 'cost.perHour')!;
    expect([cost.verdict, cost.better]).toEqual(['higher', false]);
  });

  test('the table ends with the decision and fits 100 columns', () => {
    const { stdout } = run('compare', 'fleets.json', '--seeds', '3');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^A meets the SLO for /);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  test('a mistake in the second scenario names the second file', () => {
    const { status, stderr } = run('compare', 'small.json', 'unknown-gpu.json');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: unknown-gpu\.json:\d+:\d+\n +field +fleet\.pools\[0\]\.gpu/);
  });

  test('scenario files with unequal conditions are refused', () => {
    const { status, stderr } = run('compare', 'small.json', 'other.json');
    expect(status).toBe(2);
    expect(stderr).toMatch(/other\.json[\s\S]*field +run/);
    expect(run('compare', 'small.json', 'small.json').status).toBe(0);
  });
});

describe('files that a scenario names', () => {
  test('are found beside the scenario, wherever the command runs', () => {
    const { status, stdout, stderr } = drydock('/', 'run', join(folder.path, 'hf.yaml'), '--format', 'json');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as Report).counts.completed).toBe(100);
  });
});

describe('bad input ends with exit status 2 and one clear block', () => {
  test.each([
    ['no-such-file.yaml', [/no-such-file\.yaml/, /no such file/]],
    ['typo.yaml', [/typo\.yaml:6:\d+/, /field +workload\.arrivals\.rateRsp/, /rateRps/]],
    ['negative.yaml', [/negative\.yaml:6:\d+/, /field +workload\.arrivals\.rateRps/, /found +-20/]],
    ['gpu.yaml', [/field +fleet\.pools\[0\]\.gpu/, /h100-smx/, /h100-sxm/]],
    ['big.yaml', [/field +fleet\.pools\[0\]\.model/, /GiB/]],
    ['heads.yaml', [/field +fleet\.pools\[0\]\.parallel\.tp/, /32 attention heads/]],
    ['syntax.yaml', [/syntax\.yaml:\d+:\d+/, /syntax error/]],
    ['empty.yaml', [/empty file/]],
    ['fleets.json', [/drydock compare/]],
  ])('%s', (file, patterns) => {
    const { status, stdout, stderr } = run('run', file);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    for (const pattern of patterns) expect(stderr).toMatch(pattern);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('--set names itself, and the nearest pool', () => {
    expect(run('run', 'good.yaml', '--set', 'run.requests=-1').stderr).toContain('--set run.requests=-1');
    expect(run('run', 'good.yaml', '--set', 'fleet.pools.chta.replicas=1').stderr).toContain('"chat"');
    expect(run('run', 'good.yaml', '--seeds', 'many').status).toBe(2);
    expect(run('rum', 'good.yaml').stderr).toContain('run');
  });
});

describe('what is built in', () => {
  test('catalog lists GPUs, models, links, prices and calibrations', () => {
    const all = json<Record<string, { id: string }[]>>('catalog');
    expect(Object.keys(all)).toEqual(['gpus', 'models', 'links', 'prices', 'calibrations']);
    expect(all['gpus']!.map((gpu) => gpu.id)).toContain('h100-sxm');
    expect(run('catalog', 'models').stdout).toContain('llama-3.1-8b');
  });

  test('labs have a JSON Schema of their own', () => {
    const schema = JSON.parse(run('schema', 'lab').stdout) as { required: readonly string[] };
    expect(schema.required).toContain('policies');
  });

  test('schema is a JSON Schema', () => {
    const schema = JSON.parse(run('schema').stdout) as { properties: object; additionalProperties: boolean };
    expect(Object.keys(schema.properties)).toContain('workload');
    expect(schema.additionalProperties).toBe(false);
  });

  test('every shipped scenario is listed with its command', () => {
    const { scenarios: presets } = json<{ scenarios: { file: string; command: string }[] }>('presets');
    expect(presets.find((preset) => preset.file.endsWith('quickstart.yaml'))?.command).toBe('run');
    expect(presets.find((preset) => preset.file.endsWith('compare-pd.yaml'))?.command).toBe('compare');
  });
});
