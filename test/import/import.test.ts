/** Imports: commands as people paste them, Helm values, manifests; what goes out comes back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exportTarget } from '../../sim/export/targets.ts';
import type { ImportContext } from '../../sim/import/imported.ts';
import { importText } from '../../sim/import/importers.ts';
import { assembleScenario } from '../../sim/import/scenario.ts';
import { splitWords } from '../../sim/import/shell.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import type { PoolSpec } from '../../sim/scenario/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import { complaint } from '../complaint.ts';
import { poolOf, scenarioOf } from '../export/scenarios.ts';

const H100: ImportContext = { path: '', gpu: 'h100-sxm' };
const read = (text: string, context: ImportContext = H100, from?: string) => importText(text, context, from);

describe('vllm serve', () => {
  test('options in every spelling: short, with =, with underscores, negated, with suffix', () => {
    const { pools, notes } = read(
      'vllm serve Qwen/Qwen3-32B -tp 2 --max-model-len 32k --max_num_seqs=128 --no-enable-prefix-caching ' +
        '--kv-cache-dtype fp8_e4m3 --quantization fp8 --port 8000',
    );
    expect(pools).toEqual([
      {
        name: 'servers',
        role: 'both',
        replicas: 1,
        gpu: 'h100-sxm',
        model: 'qwen3-32b',
        engine: {
          name: 'vllm',
          args: { max_model_len: 32_000, max_num_seqs: 128, enable_prefix_caching: false },
        },
        parallel: { tp: 2 },
        precision: { weights: 'fp8', kv: 'fp8' },
      },
    ]);
    expect(notes).toEqual([]);
  });

  test('a container image names the version; the model is an option there', () => {
    const { pools } = read(
      'docker run --gpus all -p 8000:8000 --ipc=host vllm/vllm-openai:v0.19.1 \\\n' +
        '  --model meta-llama/Llama-3.1-8B-Instruct \\\n  # more memory\n  --gpu-memory-utilization 0.95',
    );
    expect(pools[0]).toMatchObject({
      model: 'llama-3.1-8b',
      engine: { name: 'vllm', version: '0.19.1', args: { gpu_memory_utilization: 0.95 } },
    });
  });

  test('assignments are followed, other lines are named', () => {
    const { pools, notes } = read(
      'set -e\nexport MODEL=Qwen/Qwen3-8B TP=4\nhelm install it\nVLLM_USE_V1=1 vllm serve "$MODEL" --tensor-parallel-size $TP > a.log 2>&1 &\nsleep 9\n',
    );
    expect(pools[0]).toMatchObject({ model: 'qwen3-8b', parallel: { tp: 4 } });
    expect(notes).toEqual(['line 3: "helm install it" starts no server that is known']);
  });

  test('what is not modelled is listed, and secrets are not repeated', () => {
    const { notes } = read('vllm serve Qwen/Qwen3-8B --swap-space 4 --hf-token hf_abc --nonsense');
    expect(notes[0]).toBe('pool servers: --swap-space 4: not modelled, left out');
    expect(notes.join()).not.toContain('hf_abc');
    expect(notes).toHaveLength(3);
  });

  test.each([
    ['nvidia/Llama-3.1-8B-Instruct-FP8', 'fp8'],
    ['Qwen/Qwen3-32B-AWQ', 'int4_wo'],
    ['nvidia/DeepSeek-V3-0324-FP4', 'nvfp4'],
    ['Qwen/Qwen3-32B', undefined],
    ['deepseek-ai/DeepSeek-V3', undefined],
  ])('the checkpoint %s tells its weights: %s', (model, weights) => {
    expect(read(`vllm serve ${model}`, { ...H100, model: 'deepseek-v3' }).pools[0]!.precision?.weights).toBe(
      weights,
    );
    expect(
      read(`vllm serve ${model} --quantization fp8`, { ...H100, model: 'qwen3-8b' }).pools[0]!.precision
        ?.weights,
    ).toBe('fp8');
  });

  test('redirections are no words', () => {
    expect(splitWords(`vllm serve x --a 1 > out.log 2>&1 < in &>> all 3`)).toEqual([
      'vllm',
      'serve',
      'x',
      '--a',
      '1',
      '3',
    ]);
    expect(splitWords(`a "b > c" d\\>e`)).toEqual(['a', 'b > c', 'd>e']);
  });

  test('producer and consumer of KV are the two legs', () => {
    const { pools } = read(
      `vllm serve Qwen/Qwen3-8B --kv-transfer-config '{"kv_connector":"NixlConnector","kv_role":"kv_producer"}'\n` +
        `vllm serve Qwen/Qwen3-8B --kv-transfer-config '{"kv_connector":"NixlConnector","kv_role":"kv_consumer"}'\n`,
    );
    expect(pools.map(({ name, role }) => [name, role])).toEqual([
      ['prefill', 'prefill'],
      ['decode-2', 'decode'],
    ]);
  });

  test('experts are spread over all ranks of a model that has experts', () => {
    const { pools } = read('vllm serve deepseek-ai/DeepSeek-V3 -dp 8 --enable-expert-parallel');
    expect(pools[0]!.parallel).toEqual({ dp: 8, ep: 8 });
    expect(read('vllm serve Qwen/Qwen3-8B -tp 2 --enable-expert-parallel').pools[0]!.parallel).toEqual({
      tp: 2,
    });
  });

  test.each([
    ['vllm serve Qwen/Qwen3-8B -tp two', H100, '--tensor-parallel-size: found "two", expected a number'],
    ['vllm serve Qwen/Qwen3-8B -tp 0', H100, '--tensor-parallel-size: found "0", expected an integer >= 1'],
    ['vllm serve Qwen/Qwen3-8B --max-num-seqs', H100, '--max-num-seqs: found no value, expected a number'],
    [
      'vllm serve some/thing',
      H100,
      'line 1: found the model "some/thing", which the catalogue does not have',
    ],
    ['vllm serve Qwen/Qwen3-8B', { path: '' }, 'line 1: found no accelerator, expected --gpu with an id'],
    ['vllm serve Qwen/Qwen3-8B', { path: '', gpu: 'h1000' }, '--gpu: found unknown GPU "h1000"'],
    ['echo hello', H100, 'found "echo hello", which looks like none of them'],
  ] as const)('%s: says what is wrong', (text, context, message) => {
    expect(complaint(() => read(text, context))).toContain(message);
  });
});

test('sglang: aliases, modes, and dp ranks among tp ranks', () => {
  const { pools, notes } = read(
    'python3 -m sglang.launch_server --model-path deepseek-ai/DeepSeek-V3 --tp 16 --dp-size 4 --enable-dp-attention ' +
      '--disaggregation-mode decode --disable-radix-cache --mem-fraction-static 0.85',
  );
  expect(pools[0]).toMatchObject({
    name: 'decode',
    role: 'decode',
    parallel: { tp: 4, dp: 4, ep: 16 },
    engine: { name: 'sglang', args: { disable_radix_cache: true, mem_fraction_static: 0.85 } },
  });
  expect(notes[0]).toContain('4 ranks among 16');
});

test('trtllm-serve: its YAML file is read where it can be had, and named where not', () => {
  const command =
    'trtllm-serve meta-llama/Llama-3.1-8B-Instruct --tp_size 2 --extra_llm_api_options extra.yml';
  const config =
    'kv_cache_config: {dtype: fp8, enable_block_reuse: false}\nenable_chunked_prefill: true\nmoe_config: {backend: CUTLASS}\n';
  const found = read(command, { ...H100, readFile: (path) => (path === 'extra.yml' ? config : undefined) });
  expect(found.pools[0]).toMatchObject({
    parallel: { tp: 2 },
    precision: { kv: 'fp8' },
    engine: { name: 'trtllm', args: { enable_block_reuse: false, enable_chunked_prefill: true } },
  });
  expect(found.notes).toEqual(['pool servers: extra.yml: moe_config.backend: not modelled, left out']);
  expect(read(command).notes[0]).toContain('extra.yml: the file cannot be read here');
});

const HELM = `
modelArtifacts: {name: meta-llama/Llama-3.3-70B-Instruct, uri: "hf://RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic"}
somethingElse: 1
decode:
  replicas: 1
  parallelism: {tensor: 4}
  nodeSelector: {nvidia.com/gpu.product: NVIDIA-H200}
  containers:
    - name: vllm
      image: ghcr.io/llm-d/llm-d-cuda:v0.4.0
      modelCommand: vllmServe
      args: ["--block-size", "128", "--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
prefill:
  replicas: 4
  parallelism: {tensor: 1}
  nodeSelector: {nvidia.com/gpu.product: NVIDIA-H200}
  containers:
    - name: vllm
      image: ghcr.io/llm-d/llm-d-cuda:v0.4.0
      modelCommand: vllmServe
      args: ["--block-size", "128"]
`;

describe('llm-d Helm values', () => {
  test('decode and prefill parts are pools; accelerators by node selector, sizes by the chart', () => {
    const { pools, notes } = read(HELM, { path: '' });
    expect(
      pools.map(({ name, role, replicas, gpu, parallel }) => [name, role, replicas, gpu, parallel?.tp ?? 1]),
    ).toEqual([
      ['decode', 'decode', 1, 'h200-sxm', 4],
      ['prefill', 'prefill', 4, 'h200-sxm', 1],
    ]);
    expect(pools[0]!.engine.args).toEqual({ block_size: 128 });
    expect(pools[0]!.model).toBe('llama-3.3-70b');
    expect(pools[0]!.precision).toEqual({ weights: 'fp8' });
    expect(notes).toEqual([
      'pool decode: fp8 weights, by the name RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic',
      'pool prefill: fp8 weights, by the name RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic',
      'somethingElse: not read',
    ]);
  });

  test('a container without a server is named by its place', () => {
    const text = HELM.replaceAll('modelCommand: vllmServe', 'modelCommand: imageDefault');
    expect(complaint(() => read(text, { path: '' }))).toContain(
      'decode.containers: found no container that starts a known server',
    );
  });
});

test('Kubernetes: sh -c is opened, other kinds are listed', () => {
  const { pools, notes } = read(
    `
apiVersion: apps/v1
kind: Deployment
metadata: {name: llama}
spec:
  replicas: 5
  template:
    spec:
      nodeSelector: {cloud.google.com/gke-accelerator: nvidia-h100-80gb}
      containers:
        - image: vllm/vllm-openai:v0.15.0
          command: ["/bin/sh", "-c"]
          args: ["exec vllm serve meta-llama/Llama-3.1-8B-Instruct --max-num-seqs 32"]
---
apiVersion: v1
kind: Service
metadata: {name: llama}
`,
    H100,
  );
  expect(pools[0]).toMatchObject({
    name: 'llama',
    replicas: 5,
    engine: { version: '0.15.0', args: { max_num_seqs: 32 } },
  });
  expect(notes).toEqual(['Service llama: not read']);
});

describe('EndpointPickerConfig', () => {
  const EPP = 'apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins:\n- type: queue-scorer\n';

  test('is the router of a fleet that --gpu and --model describe', () => {
    const part = read(EPP, { path: '', gpu: 'l40s', model: 'llama-3.1-8b', replicas: 4 });
    expect(part.router!.config).toMatchObject({ plugins: [{ type: 'queue-scorer' }] });
    const { fleet } = parseScenario(assembleScenario([part], 'alone').document);
    expect(fleet.pools).toEqual([poolOf({ name: 'servers', gpu: 'l40s', replicas: 4 })]);
    expect(complaint(() => assembleScenario([read(EPP)], 'alone'))).toContain('servers: found no model');
  });

  test('beside servers it is their router, and adds none', () => {
    const servers = read('vllm serve Qwen/Qwen3-8B');
    const { document } = assembleScenario([read(EPP, { path: '' }), servers], 'both');
    expect(document).toMatchObject({
      fleet: { pools: servers.pools },
      router: { config: { kind: 'EndpointPickerConfig' } },
    });
  });

  test('a wrong one is refused with the place in it', () => {
    expect(complaint(() => read(EPP.replace('queue-scorer', 'queue-scorrer')))).toContain(
      'plugins[0].type: found "queue-scorrer", which no plugin has, expected queue-scorer',
    );
  });
});

test('config.json: size, KV per token, what was not looked at', () => {
  const config = {
    model_type: 'llama',
    hidden_size: 4096,
    intermediate_size: 14336,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    vocab_size: 128256,
    max_position_embeddings: 131072,
    rope_theta: 500000,
    brand_new_block: { a: 1 },
  };
  const { facts, notes, model } = read(JSON.stringify(config), { path: 'models/my-llama/config.json' });
  expect(model!.id).toBe('my-llama');
  expect(facts).toEqual([
    'parameters    8.03 B',
    'weights       bf16',
    'KV per token  131,072 bytes in bf16',
    'KV per token  65,536 bytes in fp8',
    'context       131,072 tokens',
  ]);
  expect(notes).toEqual(['fields that were not looked at: brand_new_block']);
});

describe('a scenario from parts', () => {
  test('servers and router of several files; a stand-in workload is said', () => {
    const servers = read('vllm serve Qwen/Qwen3-8B\nvllm serve Qwen/Qwen3-8B --max-num-seqs 8\n');
    const { document, notes } = assembleScenario([servers], 'mine');
    expect(parseScenario(document).fleet.pools.map((pool) => pool.name)).toEqual(['servers', 'servers-2']);
    expect(notes[0]).toContain('"chat" stands in');
  });

  test('no servers, or two routers, are refused', () => {
    const nothing = { pools: [], notes: [] };
    expect(complaint(() => assembleScenario([nothing], 'x'))).toContain('found no servers');
    const router = { pools: [], notes: [], router: { config: {} } };
    expect(complaint(() => assembleScenario([router, router], 'x'))).toContain('router: found 2 of them');
  });
});

test('an exported Kustomize folder is imported as a whole: what is no server is listed', () => {
  const scenario = scenarioOf([{ name: 'chat', replicas: 3 }]);
  const { files } = exportTarget('kustomize').make({ name: 'trip', scenario });
  const parts = files.map(({ text }) => read(text, { path: '' }));
  const { document } = assembleScenario(parts, 'trip');
  expect(parseScenario(document).fleet.pools).toEqual([{ ...poolOf({ replicas: 3 }), name: 'chat' }]);
  expect(document['router']).toMatchObject({ config: { kind: 'EndpointPickerConfig' } });
  expect(parts.flatMap((part) => part.notes)).toContain('InferencePool trip: not read');
});

test('kubectl get of several objects is a list; a script in the container is opened', () => {
  const server = (name: string): unknown => ({
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      template: {
        spec: {
          containers: [
            { image: 'me/engine', command: ['bash', '-c', 'cd /app && exec vllm serve Qwen/Qwen3-8B'] },
          ],
        },
      },
    },
  });
  const text = `apiVersion: v1\nkind: List\nitems: ${JSON.stringify([server('a'), server('b')])}\n`;
  expect(read(text).pools.map(({ name, model }) => [name, model])).toEqual([
    ['a', 'qwen3-8b'],
    ['b', 'qwen3-8b'],
  ]);
});

test('whatever the text, it is read or refused: never an internal error', () => {
  const samples = [
    HELM,
    'vllm serve Qwen/Qwen3-8B -tp 2 --max-num-seqs 3 # note\ncat > x <<EOF\na: 1\nEOF\n',
    'apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins:\n- type: queue-scorer\n',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{args: [vllm, serve, x]}]}}}\n',
    '{"model_type": "llama", "hidden_size": 8}',
    'request_id,timestamp,input_tokens,output_tokens\n0,0,1,1\n',
    ...exportTarget('kustomize')
      .make({ name: 'x', scenario: scenarioOf([{}]) })
      .files.map(({ text }) => text),
  ];
  const edit = fc.record({ at: fc.nat(4000), length: fc.nat(12), put: fc.string({ maxLength: 6 }) });
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.array(edit, { maxLength: 4 }), (sample, edits) => {
      let text = sample;
      for (const { at, length, put } of edits) {
        const start = at % (text.length + 1);
        text = text.slice(0, start) + put + text.slice(start + length);
      }
      try {
        assembleScenario([read(text, { ...H100, path: 'x', model: 'qwen3-8b' })], 'x');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
      }
    }),
    { numRuns: 400 },
  );
});

describe('round trip: an exported fleet comes back as it was', () => {
  const common = {
    replicas: fc.integer({ min: 1, max: 9 }),
    gpu: fc.constantFrom('h100-sxm', 'b200-sxm', 'mi300x'),
    model: fc.constantFrom('llama-3.3-70b', 'qwen3-32b', 'deepseek-v3'),
    tp: fc.constantFrom(1, 2, 4, 8),
    pp: fc.constantFrom(1, 2),
    dp: fc.constantFrom(1, 2, 4),
    labels: fc.constantFrom(undefined, { tier: 'gold' }),
    kvTiers: fc.constantFrom<PoolSpec['kvTiers']>(undefined, [{ kind: 'cpu', GiB: 100 }]),
  };
  interface EngineChoices {
    readonly version: fc.Arbitrary<string | undefined>;
    readonly kv: fc.Arbitrary<string | undefined>;
    readonly weights: fc.Arbitrary<string | undefined>;
    readonly args: fc.Arbitrary<Given['args']>;
  }
  const ENGINES: Readonly<Record<'vllm' | 'sglang' | 'trtllm', EngineChoices>> = {
    vllm: {
      version: fc.constantFrom(undefined, '0.15', '0.27'),
      kv: fc.constantFrom(undefined, 'fp8', 'nvfp4', 'turboquant_4bit_nc'),
      weights: fc.constantFrom(undefined, 'fp8', 'nvfp4', 'int4_wo'),
      args: fc.constantFrom(
        {},
        {
          speculative_config: '{"method":"ngram","num_speculative_tokens":3}',
          speculative_acceptance: '0.5,0.4',
        },
        { kv_offloading_size: 50, stream_interval: 4 },
        { max_num_batched_tokens: 4096, gpu_memory_utilization: 0.85 },
        { enforce_eager: true, async_scheduling: false },
      ),
    },
    sglang: {
      version: fc.constantFrom(undefined, '0.5.16'),
      kv: fc.constantFrom(undefined, 'fp8', 'nvfp4'),
      weights: fc.constantFrom(undefined, 'fp8', 'int4_wo'),
      args: fc.constantFrom(
        {},
        { chunked_prefill_size: -1, schedule_policy: 'lpm' },
        { disable_overlap_schedule: true },
      ),
    },
    trtllm: {
      version: fc.constantFrom(undefined, '1.2'),
      kv: fc.constantFrom(undefined, 'fp8', 'nvfp4', 'int8'),
      weights: fc.constantFrom(undefined, 'fp8'),
      args: fc.constantFrom(
        {},
        { decoding_type: 'MTP', num_nextn_predict_layers: 2, speculative_acceptance: '0.9' },
        { cuda_graph_max_batch_size: 64, cuda_graph_padding_enabled: true, stream_interval: 10 },
        { max_batch_size: 64, enable_block_reuse: false },
        { capacity_scheduler_policy: 'MAX_UTILIZATION', use_cuda_graph: false },
      ),
    },
  };

  test.each(
    (['vllm', 'sglang', 'trtllm'] as const).flatMap((engine) =>
      ['command', 'llm-d', 'kustomize'].map((target) => [engine, target] as const),
    ),
  )('%s by %s', (engine, target) => {
    const role = fc.constantFrom('both', 'split');
    fc.assert(
      fc.property(fc.record({ ...common, ...ENGINES[engine], role }), (given) => {
        const pool = (name: string, ofRole: PoolSpec['role']): PoolSpec =>
          normal(poolFrom(engine, given, name, ofRole));
        const pools =
          given.role === 'both'
            ? [pool('all', 'both')]
            : [pool('prefill', 'prefill'), pool('decode', 'decode')];
        const source = { name: 'trip', scenario: scenarioOf(pools) };
        const { files } = exportTarget(target === 'command' ? engine : target).make(source);
        const servers = files.filter(({ text }) => text.includes('# drydock-pool'));
        const readFile = (path: string): string | undefined => files.find((file) => file.path === path)?.text;
        const back = servers.flatMap(({ text }) => importText(text, { path: '', readFile }, undefined).pools);
        const byName = (a: PoolSpec, b: PoolSpec): number => (a.name < b.name ? -1 : 1);
        expect(back.map(normal).sort(byName)).toEqual(pools.sort(byName));
      }),
      { numRuns: 40 },
    );
  });

  interface Given {
    readonly replicas: number;
    readonly gpu: string;
    readonly model: string;
    readonly tp: number;
    readonly pp: number;
    readonly dp: number;
    readonly version: string | undefined;
    readonly kv: string | undefined;
    readonly weights: string | undefined;
    readonly labels: Record<string, string> | undefined;
    readonly kvTiers: PoolSpec['kvTiers'] | undefined;
    readonly args: Readonly<Record<string, number | string | boolean>>;
  }

  function poolFrom(
    engine: PoolSpec['engine']['name'],
    given: Given,
    name: string,
    role: PoolSpec['role'],
  ): PoolSpec {
    const { replicas, gpu, model, tp, pp, dp, version, kv, weights, labels, kvTiers, args } = given;
    return {
      ...{ name, role, replicas, gpu, model },
      engine: { name: engine, args: { ...args }, ...(version === undefined ? {} : { version }) },
      parallel: { tp, pp, dp },
      precision: { ...(weights === undefined ? {} : { weights }), ...(kv === undefined ? {} : { kv }) },
      ...(labels === undefined ? {} : { labels }),
      ...(kvTiers === undefined ? {} : { kvTiers }),
    };
  }

  /** Without what says nothing: sizes of 1, empty arguments, the published precision. */
  function normal(pool: PoolSpec): PoolSpec {
    const native = pool.model === 'deepseek-v3' ? 'fp8_block' : 'bf16';
    const { args = {}, ...engine } = pool.engine;
    const parallel = Object.fromEntries(Object.entries(pool.parallel ?? {}).filter(([, size]) => size > 1));
    const { weights, kv } = pool.precision ?? {};
    const precision = {
      ...(weights === undefined || weights === native ? {} : { weights }),
      ...(kv === undefined || kv === 'bf16' ? {} : { kv }),
    };
    const { parallel: _, precision: __, engine: ___, ...rest } = pool;
    return {
      ...rest,
      engine: { ...engine, ...(Object.keys(args).length === 0 ? {} : { args }) },
      ...(Object.keys(parallel).length === 0 ? {} : { parallel }),
      ...(Object.keys(precision).length === 0 ? {} : { precision }),
    };
  }
});
