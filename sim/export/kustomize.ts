/**
 * The target `kustomize`: a Kustomize overlay that stands by itself. For each model the Deployments of its pools, the
 * InferencePool, and an endpoint picker with its configuration and the rights it needs.
 */
import { pluginGaps, scenarioGaps } from './gaps.ts';
import { header } from './header.ts';
import { manifestText, objectives, PICKER_PORT, poolManifest } from './inference-pool.ts';
import {
  acceleratorResource,
  groupGaps,
  type ModelGroup,
  modelGroups,
  type PlacedPool,
  podLabels,
  SERVER_PORT,
  SIDECAR_TARGET_PORT,
} from './kubernetes.ts';
import { type RouterParts, routerParts } from './router.ts';
import { slug } from './slug.ts';
import type { ExportFile, ExportTarget } from './target.ts';
import { yamlText } from './yaml.ts';

type Manifest = Readonly<Record<string, unknown>>;

const PICKER_IMAGE = 'ghcr.io/llm-d/llm-d-router-endpoint-picker:latest';
const SIDECAR_IMAGE = 'ghcr.io/llm-d/llm-d-routing-sidecar:latest';

export const kustomizeTarget: ExportTarget = {
  name: 'kustomize',
  summary: 'a Kustomize overlay: Deployments, InferencePool and endpoint picker',
  make(source) {
    const groups = modelGroups(source);
    const router = routerParts(source.scenario);
    const gaps = [
      ...groups.flatMap(groupGaps),
      ...pluginGaps(router),
      'image versions of the picker and the sidecar: pin them in kustomization.yaml',
      'the gateway and its HTTPRoute, and a secret (HF_TOKEN) for models that ask for one',
      ...scenarioGaps(source.scenario),
    ];
    const head = header(source, gaps);
    const files: ExportFile[] = groups.flatMap((group) => [
      ...group.pools.map((placed) => ({
        path: serverFile(group, placed),
        text: `${head}${placed.command.poolLine}\n${manifestText([deployment(group, placed)])}`,
      })),
      {
        path: `${group.name}.inferencepool.yaml`,
        text: `${head}${manifestText([poolManifest(group), ...objectives(group, source.scenario)])}`,
      },
      { path: `${group.name}.picker.yaml`, text: `${head}${manifestText(picker(group, router))}` },
      { path: `${group.name}.epp-config.yaml`, text: `${head}${yamlText(router.config)}` },
      ...group.pools.flatMap(({ command }) => command.files),
    ]);
    const kustomization = { path: 'kustomization.yaml', text: `${head}${yamlText(overlay(groups))}` };
    return { files: [kustomization, ...files], gaps };
  },
};

function serverFile(group: ModelGroup, { pool }: PlacedPool): string {
  return `${group.name}.${slug(pool.name)}.deployment.yaml`;
}

function overlay(groups: readonly ModelGroup[]): Manifest {
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: groups.flatMap((group) => [
      ...group.pools.map((placed) => serverFile(group, placed)),
      `${group.name}.inferencepool.yaml`,
      `${group.name}.picker.yaml`,
    ]),
    configMapGenerator: groups.flatMap((group) => [
      { name: `${group.name}-epp`, files: [`config.yaml=${group.name}.epp-config.yaml`] },
      ...group.pools.flatMap(({ pool, command }) =>
        command.files.length === 0
          ? []
          : [{ name: configName(group, pool.name), files: command.files.map((file) => file.path) }],
      ),
    ]),
  };
}

function configName(group: ModelGroup, pool: string): string {
  return slug(`${group.name} ${pool} config`);
}

function deployment(group: ModelGroup, { pool, command }: PlacedPool): Manifest {
  const name = slug(`${group.name} ${pool.name}`);
  const labels = { app: name, ...podLabels(group, pool) };
  const hasSidecar = pool.role === 'decode';
  const port = hasSidecar ? SIDECAR_TARGET_PORT : SERVER_PORT;
  const limits = { [acceleratorResource(pool.gpu)]: String(command.gpus) };
  const hasConfig = command.files.length > 0;
  const server = {
    name: 'server',
    image: command.image,
    command: [...command.program],
    args: [...command.options.flat(), '--port', String(port)],
    ...(hasConfig
      ? { workingDir: '/etc/engine', volumeMounts: [{ name: 'config', mountPath: '/etc/engine' }] }
      : {}),
    ports: [{ containerPort: port, name: 'http' }],
    readinessProbe: { httpGet: { path: '/health', port }, periodSeconds: 10 },
    resources: { limits, requests: limits },
  };
  const sidecar = {
    name: 'routing-proxy',
    image: SIDECAR_IMAGE,
    args: [`--port=${SERVER_PORT}`, `--vllm-port=${SIDECAR_TARGET_PORT}`, '--connector=nixlv2'],
    ports: [{ containerPort: SERVER_PORT, name: 'proxy' }],
    restartPolicy: 'Always',
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: pool.replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: {
          ...(hasSidecar ? { initContainers: [sidecar] } : {}),
          containers: [server],
          ...(hasConfig
            ? { volumes: [{ name: 'config', configMap: { name: configName(group, pool.name) } }] }
            : {}),
        },
      },
    },
  };
}

/** The endpoint picker of a group: account, rights, Deployment, Service. */
function picker(group: ModelGroup, router: RouterParts): Manifest[] {
  const name = `${group.name}-epp`;
  const flags = Object.entries(router.flags).map(([flag, value]) => `--${flag}=${value}`);
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name },
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
        {
          apiGroups: ['inference.networking.k8s.io'],
          resources: ['inferencepools'],
          verbs: ['get', 'list', 'watch'],
        },
        {
          apiGroups: ['llm-d.ai'],
          resources: ['inferenceobjectives', 'inferencemodelrewrites'],
          verbs: ['get', 'list', 'watch'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            serviceAccountName: name,
            containers: [
              {
                name: 'epp',
                image: PICKER_IMAGE,
                env: [{ name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
                args: [`--pool-name=${group.name}`, '--config-file=/config/config.yaml', ...flags],
                ports: [
                  { containerPort: PICKER_PORT, name: 'grpc' },
                  { containerPort: 9003, name: 'grpc-health' },
                  { containerPort: 9090, name: 'metrics' },
                ],
                volumeMounts: [{ name: 'config', mountPath: '/config' }],
              },
            ],
            volumes: [{ name: 'config', configMap: { name } }],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: {
        selector: { app: name },
        ports: [{ name: 'grpc', port: PICKER_PORT, targetPort: PICKER_PORT, appProtocol: 'http2' }],
      },
    },
  ];
}
