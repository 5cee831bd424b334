/** Exports: small golden files, headers, gaps, names; every YAML file parses; an exported router decides as the simulated one. */
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { Simulation } from '../../sim/cluster/simulate.ts';
import { ARGS as TRTLLM_ARGS } from '../../sim/engine/trtllm/config.ts';
import { TRTLLM_OPTIONS, TRTLLM_PLACES } from '../../sim/export/engine/trtllm.ts';
import { scenarioGaps } from '../../sim/export/gaps.ts';
import { scenarioHash } from '../../sim/export/header.ts';
import type { Exported } from '../../sim/export/target.ts';
import { EXPORT_TARGETS, exportTarget } from '../../sim/export/targets.ts';
import { importText } from '../../sim/import/importers.ts';
import { readShell } from '../../sim/import/shell.ts';
import { type Scenario, ScenarioSchema } from '../../sim/scenario/schema.ts';
import { complaint } from '../complaint.ts';
import { scenarioOf } from './scenarios.ts';

const AGGREGATED = scenarioOf([
  {
    name: 'chat',
    replicas: 3,
    parallel: { tp: 2 },
    engine: { name: 'vllm', version: '0.19', args: { max_num_seqs: 64, enable_prefix_caching: false } },
    precision: { kv: 'fp8' },
  },
]);
const DISAGGREGATED = scenarioOf([
  { name: 'prefill', role: 'prefill', replicas: 1 },
  { name: 'decode', role: 'decode', replicas: 2, labels: { zone: 'a' } },
]);

function exported(target: string, scenario: Scenario, name = 'tests'): Exported {
  return exportTarget(target).make({ name, scenario });
}

// biome-ignore lint/suspicious/noExplicitAny: manifests are looked into by the names that Kubernetes gives their fields.
type Manifest = Record<string, any>;

function plain(document: unknown): Manifest {
  return (document as { toJS(): Manifest }).toJS();
}

/** Without the header: what follows the first empty line. */
function body(text: string): string {
  return text.slice(text.indexOf('\n\n') + 2);
}

describe('vllm command lines', () => {
  test('one command a pool, sizes and arguments by their names, KV precision as an option', () => {
    const [file] = exported('vllm', AGGREGATED).files;
    expect(file!.path).toBe('vllm.sh');
    expect(body(file!.text)).toBe(`# Pool chat: run this on each of 3 servers with 2 x h100-sxm.
# drydock-pool {"name":"chat","role":"both","replicas":3,"gpu":"h100-sxm","version":"0.19"}
vllm serve meta-llama/Llama-3.1-8B-Instruct \\
  --tensor-parallel-size 2 \\
  --kv-cache-dtype fp8 \\
  --max-num-seqs 64 \\
  --no-enable-prefix-caching
`);
  });

  test('prefill and decode servers hand KV over', () => {
    const { text } = exported('vllm', DISAGGREGATED).files[0]!;
    expect(
      text.match(/--kv-transfer-config '\{"kv_connector":"NixlConnector","kv_role":"kv_both"\}'/g),
    ).toHaveLength(2);
  });

  test('what vLLM cannot be told is a gap', () => {
    const scenario = scenarioOf([
      {
        model: 'deepseek-v3',
        gpu: 'b200-sxm',
        parallel: { tp: 4, dp: 2, ep: 4 },
        precision: { weights: 'nvfp4' },
      },
      { engine: { name: 'sglang' } },
    ]);
    const gaps = exported('vllm', scenario).gaps.join('\n');
    expect(gaps).toContain('pool pool-0: ep 4; vLLM spreads experts over all tp x dp = 8 ranks');
    expect(gaps).toContain('pool pool-0: nvfp4 weights');
    expect(gaps).toContain('pool pool-1: it runs sglang');
  });

  test('a fleet without the engine is refused with the targets that fit', () => {
    expect(complaint(() => exported('trtllm', AGGREGATED))).toBe(
      'fleet.pools: found no pool that runs trtllm, expected --target vllm, the engine of this fleet',
    );
  });
});

test('sglang: disaggregation is a mode of the server, false switches are left out', () => {
  const scenario = scenarioOf([
    {
      name: 'prefill',
      role: 'prefill',
      engine: {
        name: 'sglang',
        args: { chunked_prefill_size: 4096, enable_mixed_chunk: true, disable_cuda_graph: false },
      },
    },
    { name: 'decode', role: 'decode', engine: { name: 'sglang' }, precision: { kv: 'fp8' } },
  ]);
  const { text } = exported('sglang', scenario).files[0]!;
  expect(body(text)).toContain(`python3 -m sglang.launch_server \\
  --model-path meta-llama/Llama-3.1-8B-Instruct \\
  --tp-size 1 \\
  --chunked-prefill-size 4096 \\
  --enable-mixed-chunk \\
  --disaggregation-mode prefill \\
  --disaggregation-transfer-backend nixl
`);
  expect(text).toContain('--kv-cache-dtype fp8_e4m3');
});

test('trtllm: sizes are options, the rest a YAML file', () => {
  const scenario = scenarioOf([
    {
      engine: {
        name: 'trtllm',
        args: {
          max_num_tokens: 4096,
          enable_chunked_prefill: true,
          free_gpu_memory_fraction: 0.8,
          use_cuda_graph: false,
        },
      },
      precision: { kv: 'fp8' },
    },
  ]);
  const { text } = exported('trtllm', scenario).files[0]!;
  const config = /<<'EOF'\n([\s\S]*?)EOF\n/.exec(text)![1]!;
  expect(parse(config)).toEqual({
    kv_cache_config: { dtype: 'fp8', free_gpu_memory_fraction: 0.8 },
    enable_chunked_prefill: true,
    cuda_graph_config: null,
  });
  expect(text).toContain(
    'trtllm-serve meta-llama/Llama-3.1-8B-Instruct \\\n  --tp_size 1 \\\n  --max_num_tokens 4096',
  );
});

describe('every target', () => {
  const scenarios = { AGGREGATED, DISAGGREGATED };
  const yamlTargets = EXPORT_TARGETS.filter(({ name }) => !['vllm', 'sglang', 'trtllm'].includes(name));

  test.each(yamlTargets.flatMap(({ name }) => Object.keys(scenarios).map((key) => [name, key] as const)))(
    '%s of %s: all files parse, and start with who made them, from what, and what they leave out',
    (name, key) => {
      const scenario = scenarios[key as keyof typeof scenarios];
      const { files, gaps } = exported(name, scenario);
      expect(new Set(files.map((file) => file.path)).size).toBe(files.length);
      for (const { path, text } of files) {
        for (const document of parseAllDocuments(text)) {
          expect((document as { errors: unknown[] }).errors, path).toEqual([]);
        }
        const head = text.slice(0, text.indexOf('\n\n'));
        const prose = head.replaceAll(/\n# +/g, ' ');
        expect(head.split('\n').every((line) => line.startsWith('#') && line.length <= 110)).toBe(true);
        expect(prose).toContain(`for "tests", scenario ${scenarioHash(scenario)}.`);
        expect(prose).toContain('Simulated estimate');
        for (const gap of gaps) expect(prose).toContain(gap);
      }
    },
  );

  test('names no target by mistake: the nearest is offered', () => {
    expect(complaint(() => exportTarget('kustomise'))).toContain('perhaps kustomize');
  });

  test('an engine that no target knows is named by its place', () => {
    const tgi = scenarioOf([{}, { engine: { name: 'tgi' } }]);
    expect(complaint(() => exported('llm-d', tgi))).toBe(
      'fleet.pools[1].engine.name: found "tgi", expected an engine that can be exported: vllm, sglang, trtllm',
    );
  });
});

describe('names of users are data', () => {
  const EVIL = '../../etc/x\n rm -rf ~ #';
  const hostile = scenarioOf([
    {
      name: EVIL,
      engine: { name: 'trtllm', args: { enable_block_reuse: false } },
      precision: { weights: 'int8' },
    },
    { name: 'b', engine: { name: 'vllm', args: { kv_cache_dtype: "fp8'; rm -rf ~; '" } } },
  ]);

  test.each(['llm-d', 'kustomize', 'epp', 'inferencepool', 'trtllm', 'vllm'])(
    '%s: files stay in their folder, comments stay comments',
    (target) => {
      for (const { path, text } of exported(target, hostile, EVIL).files) {
        expect(path).toMatch(/^[a-z0-9.-]+$/);
        for (const line of text.split('\n')) expect(line).not.toMatch(/^\s*rm -rf/);
      }
    },
  );

  test('arguments are one word to the shell', () => {
    const { text } = exported('vllm', hostile).files[0]!;
    const [command] = readShell(text).commands;
    expect(command!.words).toContain("fp8'; rm -rf ~; '");
  });
});

describe('nothing is lost silently', () => {
  test('every argument that TensorRT-LLM models has a place in its options or its file', () => {
    const placed = [
      ...TRTLLM_OPTIONS,
      ...Object.keys(TRTLLM_PLACES),
      'use_cuda_graph',
      'speculative_acceptance',
    ];
    expect(Object.keys(TRTLLM_ARGS).filter((name) => !placed.includes(name))).toEqual([]);
  });

  test('every part of a scenario is exported, a gap, or about the simulation', () => {
    const exportedParts = ['name', 'fleet', 'router'];
    const simulated = ['description', 'seed', 'workload', 'slo', 'run', 'assert', 'prices', 'calibration'];
    const gapped = ['autoscaler', 'rollout', 'faults', 'clients'];
    expect(Object.keys(ScenarioSchema.properties).sort()).toEqual(
      [...exportedParts, ...simulated, ...gapped].sort(),
    );
    const scenario = {
      ...AGGREGATED,
      autoscaler: [],
      rollout: {},
      faults: [],
      clients: {},
    } as unknown as Scenario;
    expect(scenarioGaps(scenario)).toHaveLength(1 + gapped.length);
  });

  test('tiers and the shared store are gaps', () => {
    const scenario = scenarioOf([{ name: 'chat', kvTiers: [{ kind: 'cpu', GiB: 200 }] }]);
    const withStore = { ...scenario, fleet: { ...scenario.fleet, kvStore: { GiB: 4000 } } };
    const gaps = exported('llm-d', withStore).gaps.join('\n');
    expect(gaps).toContain('pool chat: 200 GiB of KV in the cpu tier');
    expect(gaps).toContain('the shared KV store of 4000 GiB');
  });
});

test('llm-d: one release with a decode and a prefill part, the sidecar before the decoder, the router in its chart', () => {
  const { files, gaps } = exported('llm-d', DISAGGREGATED);
  expect(files.map((file) => file.path)).toEqual([
    'tests.router-values.yaml',
    'tests-decode-prefill.modelservice-values.yaml',
  ]);
  expect(gaps).toContain('pool decode: its own labels; the chart gives decode and prefill the same');
  const [router, servers] = files.map(({ text }): Manifest => parse(text));
  const part = (port: number): unknown => ({
    create: true,
    parallelism: { tensor: 1, data: 1, dataLocal: 1, workers: 1 },
    containers: [
      {
        modelCommand: 'custom',
        command: ['vllm', 'serve', 'meta-llama/Llama-3.1-8B-Instruct'],
        args: [
          ...['--tensor-parallel-size', '1', '--kv-transfer-config'],
          expect.any(String),
          '--port',
          String(port),
        ],
        resources: { limits: { 'nvidia.com/gpu': '1' } },
      },
    ],
  });
  expect(servers).toMatchObject({
    modelArtifacts: {
      name: 'meta-llama/Llama-3.1-8B-Instruct',
      uri: 'hf://meta-llama/Llama-3.1-8B-Instruct',
    },
    routing: { servicePort: 8000, proxy: { enabled: true, targetPort: 8200, connector: 'nixlv2' } },
    decode: { ...(part(8200) as object), replicas: 2 },
    prefill: { ...(part(8000) as object), replicas: 1 },
  });
  expect(router!['router']).toMatchObject({
    epp: {
      pluginsConfigFile: 'drydock-plugins.yaml',
      pluginsCustomConfig: { 'drydock-plugins.yaml': expect.stringContaining('always-disagg-pd-decider') },
    },
    inferencePool: { create: true },
    modelServers: { type: 'vllm', matchLabels: servers!['modelArtifacts'].labels },
  });
});

describe('Kubernetes', () => {
  test('selectors of the InferencePool match the labels of every Deployment of the model, names are DNS labels', () => {
    const { files } = exported('kustomize', DISAGGREGATED, '4P+4D / chat');
    const all = files.flatMap(({ text }) => parseAllDocuments(text).map((one) => plain(one)));
    const pool = all.find((one) => one['kind'] === 'InferencePool')!;
    const servers = all.filter(
      (one) => one['kind'] === 'Deployment' && !one['metadata'].name.endsWith('-epp'),
    );
    expect(servers).toHaveLength(2);
    for (const server of servers) {
      const { labels } = server['spec'].template.metadata;
      expect(labels).toMatchObject(pool['spec'].selector.matchLabels);
      expect(labels).toMatchObject(server['spec'].selector.matchLabels);
    }
    expect(servers.map((one) => one['spec'].template.metadata.labels['llm-d.ai/role'])).toEqual([
      'prefill',
      'decode',
    ]);
    const service = all.find((one) => one['kind'] === 'Service')!;
    expect(pool['spec'].endpointPickerRef.name).toBe(service['metadata'].name);
    for (const { metadata } of all.filter((one) => one['metadata'] !== undefined)) {
      expect(metadata.name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }
    const kustomization = all.find((one) => one['kind'] === 'Kustomization')!;
    const paths = files.map((file) => file.path);
    expect(kustomization['resources'].every((path: string) => paths.includes(path))).toBe(true);
  });

  test('two models have two InferencePools with pickers of their own', () => {
    const scenario = scenarioOf([{ name: 'a' }, { name: 'b', model: 'qwen3-8b' }]);
    const text = exported('inferencepool', scenario).files[0]!.text;
    const names = parseAllDocuments(text).map((one) => plain(one)['metadata'].name);
    expect(names).toEqual(['tests-llama-3-1-8b', 'tests-qwen3-8b']);
  });

  test('priorities of request classes become InferenceObjectives', () => {
    const scenario: Scenario = {
      ...AGGREGATED,
      workload: {
        kind: 'synthetic',
        arrivals: { process: 'poisson', rateRps: 1 },
        input: { dist: 'constant', value: 10 },
        output: { dist: 'constant', value: 10 },
        classes: [
          { name: 'paid', weight: 1, priority: 10 },
          { name: 'free', weight: 3 },
        ],
      },
    };
    const text = exported('inferencepool', scenario).files[0]!.text;
    const objectives = parseAllDocuments(text)
      .map((one) => plain(one))
      .slice(1);
    expect(objectives).toEqual([
      {
        apiVersion: 'llm-d.ai/v1alpha2',
        kind: 'InferenceObjective',
        metadata: { name: 'tests-paid' },
        spec: {
          priority: 10,
          poolRef: { group: 'inference.networking.k8s.io', kind: 'InferencePool', name: 'tests' },
        },
      },
    ]);
  });
});

test('the scenario hash does not depend on the order of keys, and does on every value', () => {
  const { name, workload, fleet, run } = AGGREGATED;
  expect(scenarioHash({ run, fleet, workload, name } as Scenario)).toBe(scenarioHash(AGGREGATED));
  expect(scenarioHash({ ...AGGREGATED, run: { requests: 11 } })).not.toBe(scenarioHash(AGGREGATED));
});

describe('round trip of the router', () => {
  const CUSTOM = {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: [
      { type: 'queue-scorer' },
      { type: 'prefix-cache-scorer' },
      { type: 'approx-prefix-cache-producer', parameters: { autoTune: false, blockSizeTokens: 64 } },
    ],
    schedulingProfiles: [
      {
        name: 'default',
        plugins: [
          { pluginRef: 'queue-scorer', weight: 1 },
          { pluginRef: 'prefix-cache-scorer', weight: 4 },
        ],
      },
    ],
  };
  const load = {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 40 },
    input: { dist: 'lognormal', mean: 600, cv: 1 },
    output: { dist: 'constant', value: 40 },
    prefixes: { groups: 5, tokens: 400 },
  } as const;

  test.each([
    ['llm-d default', AGGREGATED],
    ['disaggregated default', DISAGGREGATED],
    ['own configuration', { ...AGGREGATED, router: { config: CUSTOM } }],
  ] as const)('%s: the exported configuration, read back, makes the same decisions', (_, base) => {
    const scenario: Scenario = { ...base, workload: load, run: { requests: 80 } };
    for (const target of ['epp', 'llm-d']) {
      const text = exported(target, scenario).files[0]!.text;
      const { router } = importText(text, { path: '' }, undefined);
      expect(decisionsOf({ ...scenario, router: router! }), target).toEqual(decisionsOf(scenario));
    }
  });

  test('flags of the picker come back from Helm values', () => {
    const router = { config: CUSTOM, scrapeIntervalMs: 200 };
    const { files } = exported('llm-d', { ...AGGREGATED, router });
    expect(importText(files[0]!.text, { path: '' }, undefined).router).toEqual(router);
  });

  test('a configuration that the picker would refuse is refused, with its place', () => {
    const config = {
      ...CUSTOM,
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorrer' }] }],
    };
    expect(complaint(() => exported('epp', { ...AGGREGATED, router: { config } }))).toContain(
      'router.config.schedulingProfiles[0].plugins[0].pluginRef: found "queue-scorrer"',
    );
  });

  function decisionsOf(scenario: Scenario): unknown[] {
    const decisions: unknown[] = [];
    const simulation = new Simulation(scenario, {
      seed: 7,
      fastForward: true,
      onDecision: (decision) => decisions.push(structuredClone(decision)),
    });
    while (!simulation.advance(10_000));
    expect(decisions.length).toBeGreaterThan(50);
    return decisions;
  }
});
