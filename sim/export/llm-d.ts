/**
 * The target `llm-d`: Helm values. For each model one file for the router chart (llm-d-router-gateway or -standalone) and, for
 * the servers, one for each release of the llm-d-modelservice chart, whose releases hold one decode and one prefill part.
 * sources: llm-d/llm-d-router config/charts, llm-d-incubation/llm-d-modelservice values.yaml (read 2026-11-28)
 */
import { pluginGaps, scenarioGaps } from './gaps.ts';
import { header } from './header.ts';
import {
  acceleratorResource,
  groupGaps,
  type ModelGroup,
  modelGroups,
  type PlacedPool,
  SERVER_PORT,
  SIDECAR_TARGET_PORT,
} from './kubernetes.ts';
import { type RouterParts, routerParts } from './router.ts';
import { slug } from './slug.ts';
import type { Exported, ExportFile, ExportSource, ExportTarget } from './target.ts';
import { yamlText } from './yaml.ts';

/** Name of the router configuration within the chart. */
const CONFIG_FILE = 'drydock-plugins.yaml';

/** KV connectors of the routing sidecar by engine. */
const CONNECTORS: Readonly<Record<string, string>> = { vllm: 'nixlv2', sglang: 'sglang' };

/** Server types of the router chart by engine. */
const SERVER_TYPES: Readonly<Record<string, string>> = {
  vllm: 'vllm',
  sglang: 'sglang',
  trtllm: 'trtllm-serve',
};

export const llmdTarget: ExportTarget = {
  name: 'llm-d',
  summary: 'Helm values of llm-d: router and model servers',
  make(source): Exported {
    const groups = modelGroups(source);
    const router = routerParts(source.scenario);
    const gaps = [
      ...groups.flatMap(groupGaps),
      ...groups.flatMap(chartGaps),
      ...pluginGaps(router),
      ...scenarioGaps(source.scenario),
    ];
    const head = header(source, gaps);
    return { files: groups.flatMap((group) => groupFiles(group, router, head, source)), gaps };
  },
};

function groupFiles(
  group: ModelGroup,
  router: RouterParts,
  head: string,
  source: ExportSource,
): ExportFile[] {
  const routerFile = {
    path: `${group.name}.router-values.yaml`,
    text: `${head}${yamlText(routerValues(group, router, source))}`,
  };
  const servers = releases(group).map((pools) => {
    const lines = pools.map(({ command }) => `${command.poolLine}\n`).join('');
    const values = yamlText(serverValues(group, pools));
    return {
      path: `${slug(`${group.name} ${pools.map(({ pool }) => pool.name).join(' ')}`)}.modelservice-values.yaml`,
      text: `${head}${lines}${values}`,
    };
  });
  const configs = group.pools.flatMap(({ command }) => command.files);
  return [routerFile, ...servers, ...configs];
}

/** What the modelservice chart has no place for. */
function chartGaps(group: ModelGroup): string[] {
  const shared = releases(group).filter((pools) => pools.length > 1);
  const isShared = (pool: PlacedPool['pool']): boolean =>
    shared.some((pools) => pools.some((one) => one.pool === pool));
  return group.pools.flatMap(({ pool, command }) => [
    ...(isShared(pool) && pool.labels !== undefined
      ? [`pool ${pool.name}: its own labels; the chart gives decode and prefill the same`]
      : []),
    ...command.files.map((file) => `pool ${pool.name}: mount ${file.path} from a ConfigMap`),
    ...(pool.role === 'decode' && CONNECTORS[pool.engine.name] === undefined
      ? [`pool ${pool.name}: the routing sidecar has no connector for ${pool.engine.name}`]
      : []),
  ]);
}

/** Pools by release: a prefill and a decode pool share one, every other pool has its own. */
function releases(group: ModelGroup): PlacedPool[][] {
  const of = (role: string): PlacedPool[] => group.pools.filter(({ pool }) => pool.role === role);
  const [prefill, decode] = [of('prefill'), of('decode')];
  const pairs = decode.length === 1 && prefill.length === 1 ? [[...decode, ...prefill]] : [];
  const singles = pairs.length > 0 ? of('both') : group.pools;
  return [...pairs, ...singles.map((pool) => [pool])];
}

function routerValues(group: ModelGroup, router: RouterParts, source: ExportSource): unknown {
  const { workload } = source.scenario;
  const classes = workload.kind === 'synthetic' ? (workload.classes ?? []) : [];
  const objectives = classes.flatMap(({ name, priority }) =>
    priority === undefined ? [] : [{ name: slug(name), priority }],
  );
  return {
    router: {
      epp: {
        replicas: 1,
        flags: router.flags,
        pluginsConfigFile: CONFIG_FILE,
        pluginsCustomConfig: { [CONFIG_FILE]: yamlText(router.config) },
      },
      inferencePool: { create: true },
      ...(objectives.length === 0 ? {} : { inferenceObjectives: objectives }),
      modelServers: {
        type: SERVER_TYPES[group.pools[0]!.pool.engine.name],
        protocol: 'http',
        targetPorts: [{ number: SERVER_PORT }],
        matchLabels: group.labels,
      },
    },
  };
}

function serverValues(group: ModelGroup, pools: readonly PlacedPool[]): unknown {
  const decode = pools.find(({ pool }) => pool.role !== 'prefill');
  const prefill = pools.find(({ pool }) => pool.role === 'prefill');
  const hasSidecar = decode !== undefined && decode.pool.role === 'decode';
  return {
    modelArtifacts: {
      name: group.model,
      uri: `hf://${group.model}`,
      labels: { ...group.labels, ...(pools.length === 1 ? pools[0]!.pool.labels : {}) },
    },
    routing: {
      servicePort: SERVER_PORT,
      proxy: hasSidecar
        ? { enabled: true, targetPort: SIDECAR_TARGET_PORT, ...connector(decode) }
        : { enabled: false },
    },
    decode: decode === undefined ? { create: false } : part(decode, hasSidecar),
    prefill: prefill === undefined ? { create: false } : part(prefill, false),
  };
}

function connector({ pool }: PlacedPool): { readonly connector?: string } {
  const name = CONNECTORS[pool.engine.name];
  return name === undefined ? {} : { connector: name };
}

/** The decode or prefill part of a release. */
function part({ pool, command }: PlacedPool, hasSidecar: boolean): unknown {
  const { tp = 1, dp = 1 } = pool.parallel ?? {};
  const port = hasSidecar ? SIDECAR_TARGET_PORT : SERVER_PORT;
  const limits = { [acceleratorResource(pool.gpu)]: String(command.gpus) };
  return {
    create: true,
    replicas: pool.replicas,
    parallelism: { tensor: tp, data: dp, dataLocal: dp, workers: 1 },
    containers: [
      {
        name: pool.engine.name,
        image: command.image,
        modelCommand: 'custom',
        command: [...command.program],
        args: [...command.options.flat(), '--port', String(port)],
        ports: [{ containerPort: port, name: 'metrics', protocol: 'TCP' }],
        resources: { limits, requests: limits },
      },
    ],
  };
}
