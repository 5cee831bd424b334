/**
 * The Helm chart rendered. Where a Helm is (HELM: its path, or `helm` on PATH) the tests run it; what it gave for CASES is kept in
 * `rendered/`, so that without one the manifests can still be checked. `RENDER=1` writes them anew.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './kubernetes-schema.ts';

export const CHART = 'deploy/helm/drydock';
export const HELM = process.env['HELM'] ?? 'helm';
export const hasHelm = spawnSync(HELM, ['version', '--short']).status === 0;

/** Values of releases that between them use every template. */
export const CASES: Readonly<Record<string, object>> = {
  gateway: {
    router: {
      epp: { replicas: 2, flags: { 'refresh-metrics-interval': '100ms', seed: '7' } },
      inferencePool: { name: 'llama' },
      inferenceObjectives: [{ name: 'interactive', priority: 10 }],
      modelServers: {
        matchLabels: { 'llm-d.ai/model': 'llama' },
        targetPorts: [{ number: 8000 }, { number: 8001 }],
      },
      disaggregation: { runBy: 'gateway', prefillFallback: 'local' },
      auth: {
        apiKeysSecret: { name: 'callers', key: 'keys.yaml' },
        upstreamAuthorizationSecret: { name: 'servers', key: 'authorization' },
        rateLimit: '50:100',
      },
      tls: { secretName: 'gateway-tls' },
      upstreamTls: { enabled: true, caSecret: { name: 'servers-ca', key: 'ca.pem' } },
      monitoring: { prometheus: { enabled: true, extraLabels: { release: 'prometheus' } } },
      tracing: { enabled: true },
    },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    priorityClassName: 'system-cluster-critical',
  },
  standalone: {
    mode: 'standalone',
    router: {
      modelServers: { matchLabels: { app: 'vllm' } },
      tls: { secretName: 'gateway-tls' },
      monitoring: { prometheus: { enabled: true } },
    },
    autoscaling: {
      enabled: true,
      metrics: [
        {
          type: 'Pods',
          pods: {
            metric: { name: 'llm_d_epp_request_running' },
            target: { type: 'AverageValue', averageValue: '200' },
          },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 600 } },
    },
    networkPolicy: {
      enabled: true,
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'clients' } } }],
      metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      restrictEgress: true,
      extraEgress: [{ ports: [{ port: 4318, protocol: 'TCP' }] }],
    },
  },
  elected: {
    router: {
      epp: { replicas: 2, leaderElection: true, adminPort: 9091 },
      modelServers: { matchLabels: { app: 'vllm' } },
      disaggregation: { runBy: 'gateway', kvConnector: 'mooncake', ecConnector: 'ec-nixl' },
      monitoring: { prometheus: { enabled: true } },
    },
    networkPolicy: { enabled: true },
  },
  picker: {
    mode: 'picker',
    router: {
      epp: {
        pluginsConfigFile: 'queue.yaml',
        pluginsCustomConfig: {
          'queue.yaml':
            'apiVersion: inference.networking.x-k8s.io/v1alpha1\nkind: EndpointPickerConfig\nplugins:\n  - type: queue-scorer\n',
        },
      },
      inferencePool: { create: false, name: 'there-already' },
    },
    httpRoute: {
      create: true,
      parentRefs: [{ name: 'inference-gateway' }],
      hostnames: ['models.example.com'],
    },
  },
  dns: {
    router: { discovery: { source: 'dns', dns: 'models.default.svc.cluster.local:8000' } },
    podDisruptionBudget: { enabled: false },
    serviceAccount: { create: false },
  },
};

/** Runs `helm template` in namespace `inference`; values go in through stdin. */
export function helmTemplate(values: object): { readonly text: string; readonly error: string | null } {
  const args = [
    'template',
    'router',
    CHART,
    '--namespace',
    'inference',
    '--kube-version',
    '1.34.0',
    '--values',
    '-',
  ];
  const { status, stdout, stderr } = spawnSync(HELM, args, {
    input: JSON.stringify(values),
    encoding: 'utf8',
  });
  return { text: stdout, error: status === 0 ? null : stderr };
}

export function renderedFile(name: string): string {
  return `test/deploy/rendered/${name}.yaml`;
}

/** First line of a kept rendering: what it was made from. */
export function origin(values: object): string {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const path of readdirSync(CHART, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(yaml|tpl|txt|json)$/.test(path)) hash.update(path).update(readFileSync(join(CHART, path)));
  }
  return `# helm template of chart and values ${hash.digest('hex').slice(0, 16)}`;
}

/** Manifests of a rendering. Comments and empty documents are passed over. */
export function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text, { uniqueKeys: true }).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    const value = document.toJS() as Manifest | null;
    return value === null ? [] : [value];
  });
}

export function keptManifests(name: string): Manifest[] {
  return manifestsOf(readFileSync(renderedFile(name), 'utf8'));
}

// The few fields of a Deployment that the tests look at.
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string }[];
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly readinessProbe: unknown;
  readonly livenessProbe: unknown;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
  readonly securityContext: unknown;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
}

export function podOf(manifests: readonly Manifest[]): PodSpec {
  const deployment = manifests.find(({ kind }) => kind === 'Deployment')!;
  return (deployment['spec'] as { template: { spec: PodSpec } }).template.spec;
}

export function allContainers(pod: PodSpec): readonly Container[] {
  return [...pod.containers, ...(pod.initContainers ?? [])];
}
