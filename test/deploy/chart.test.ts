/** The Helm chart: its values, what it renders to, and what the rendered manifests let a pod do. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { register } from '../../sim/cli/commands/serve.ts';
import { exportTarget } from '../../sim/export/targets.ts';
import { scenarioOf } from '../export/scenarios.ts';
import { liveRouterOf } from '../server/fixtures.ts';
import {
  allContainers,
  CASES,
  CHART,
  hasHelm,
  helmTemplate,
  keptManifests,
  manifestsOf,
  origin,
  podOf,
  renderedFile,
} from './chart.ts';
import { complaintsAbout, complaintsOf, type Manifest } from './kubernetes-schema.ts';

const NAMES = Object.keys(CASES);
const SCHEMA = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as object;
const VALUES = parse(readFileSync(`${CHART}/values.yaml`, 'utf8')) as Readonly<Record<string, unknown>>;

function of(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found, kind).toHaveLength(1);
  return found[0]!;
}

/** Values with some of them replaced, as Helm merges them: maps by key, all else whole. */
function merged(base: unknown, over: unknown): unknown {
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(base) || !isMap(over)) return over === undefined ? base : over;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, merged(base[key], over[key])]));
}

describe('values', () => {
  test('those of values.yaml and of the tests follow the schema', () => {
    for (const values of [{}, ...Object.values(CASES)]) {
      expect(complaintsOf(SCHEMA, merged(VALUES, values))).toEqual([]);
    }
  });

  test('those of docs/deploy.md too, and the router takes their configuration', () => {
    const [, text] = /```yaml\n(# values\.yaml\n[^`]*)```/.exec(readFileSync('docs/deploy.md', 'utf8'))!;
    const values = parse(text!) as { router: { epp: { pluginsCustomConfig: Record<string, string> } } };
    expect(complaintsOf(SCHEMA, merged(VALUES, values))).toEqual([]);
    const config: unknown = parse(values.router.epp.pluginsCustomConfig['epp.yaml']!);
    expect(() => liveRouterOf([], { config, scrapeIntervalMs: 60_000 })).not.toThrow();
  });

  test('the router values that an export for llm-d writes too', () => {
    const scenario = scenarioOf([{ role: 'prefill' }, { role: 'decode' }], {
      scrapeIntervalMs: 200,
      allowExperimentalPlugins: true,
    });
    const { files } = exportTarget('llm-d').make({ name: 'planned', scenario });
    const { text } = files.find(({ path }) => path.endsWith('.router-values.yaml'))!;
    const values = parse(text) as { router: { epp: { flags: object } } };
    expect(values.router.epp.flags).toHaveProperty('refresh-metrics-interval', '200ms');
    expect(complaintsOf(SCHEMA, merged(VALUES, values))).toEqual([]);
    if (hasHelm) expect(helmTemplate(values).error).toBeNull();
  });

  test.each([
    ['mode', { mode: 'sidecar' }],
    ['a misspelt key', { router: { epp: { replica: 2 } } }],
    ['a port', { router: { epp: { port: 70_000 } } }],
    ['no replicas', { router: { epp: { replicas: 0 } } }],
    ['a gRPC model server', { router: { modelServers: { protocol: 'grpc' } } }],
    ['a secret without a key', { router: { auth: { apiKeysSecret: { name: 'callers' } } } }],
    ['a rate', { router: { auth: { rateLimit: 'fast' } } }],
    [
      'nine target ports',
      { router: { modelServers: { targetPorts: Array.from({ length: 9 }, (_, i) => ({ number: i + 1 })) } } },
    ],
  ])('the schema refuses %s', (_, values) => {
    expect(complaintsOf(SCHEMA, merged(VALUES, values))).not.toEqual([]);
  });

  test('every key of the schema has a default', () => {
    const missing: string[] = [];
    const walk = (schema: Readonly<Record<string, unknown>>, value: unknown, path: string): void => {
      for (const [key, one] of Object.entries(
        (schema['properties'] ?? {}) as Record<string, typeof schema>,
      )) {
        const next = (value as Record<string, unknown>)[key];
        const at = `${path}.${key}`;
        if (next === undefined && key !== 'global') missing.push(at);
        // A reference to a Secret is empty by default.
        else if (next !== undefined && !/Secret$|resources$/i.test(key)) walk(one, next, at);
      }
    };
    walk(SCHEMA as Record<string, unknown>, VALUES, '');
    expect(missing).toEqual([]);
  });
});

describe('rendering', () => {
  test.each(NAMES)('%s: what is kept was rendered from this chart and these values', (name) => {
    const values = CASES[name]!;
    if (hasHelm) {
      const { text, error } = helmTemplate(values);
      expect(error).toBeNull();
      const now = `${origin(values)}\n${text}`;
      if (process.env['RENDER'] === '1') writeFileSync(renderedFile(name), now);
      expect(readFileSync(renderedFile(name), 'utf8')).toBe(now);
    }
    const [first] = readFileSync(renderedFile(name), 'utf8').split('\n');
    expect(first, 'render again: RENDER=1 HELM=/path/to/helm').toBe(origin(values));
  });

  test.each(NAMES)('%s: Kubernetes knows every field', (name) => {
    const manifests = keptManifests(name);
    expect(manifests.flatMap(complaintsAbout)).toEqual([]);
    for (const { metadata } of manifests) expect(metadata.namespace).toBe('inference');
    const ids = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('the check of fields can fail', () => {
    const broken = structuredClone(of(keptManifests('gateway'), 'Deployment')) as unknown as {
      spec: { replicas: unknown; template: { spec: { containers: Record<string, unknown>[] } } };
    };
    broken.spec.replicas = '2';
    const [container] = broken.spec.template.spec.containers;
    container!['readynessProbe'] = {};
    delete container!['name'];
    expect(complaintsAbout(broken as unknown as Manifest)).toEqual([
      'apps/v1/Deployment.spec.replicas: "2", not a number',
      'apps/v1/Deployment.spec.template.spec.containers[0].name: missing',
      'apps/v1/Deployment.spec.template.spec.containers[0].readynessProbe: unknown',
    ]);
  });

  test.skipIf(!hasHelm).each([
    ['router.auth', { mode: 'picker', router: { auth: { rateLimit: '5' } } }],
    ['router.upstreamTls.enabled', { mode: 'standalone', router: { upstreamTls: { enabled: true } } }],
    ['router.disaggregation.runBy', { mode: 'picker', router: { disaggregation: { runBy: 'gateway' } } }],
    ['router.modelServers.matchLabels', {}],
    ['router.discovery.dns', { router: { discovery: { source: 'dns' } } }],
    ['router.discovery.source', { mode: 'picker', router: { discovery: { source: 'dns', dns: 'a.b:1' } } }],
    [
      'httpRoute.create',
      { router: { modelServers: { matchLabels: { a: 'b' } } }, httpRoute: { create: true } },
    ],
    [
      'router.epp.pluginsConfigFile',
      { router: { modelServers: { matchLabels: { a: 'b' } }, epp: { pluginsConfigFile: 'x.yaml' } } },
    ],
    [
      'router.epp.flags.refresh-metrics-interval',
      {
        router: {
          modelServers: { matchLabels: { a: 'b' } },
          epp: { flags: { 'refresh-metrics-interval': '1s' } },
        },
      },
    ],
    [
      'autoscaling.enabled',
      {
        router: { modelServers: { matchLabels: { a: 'b' } }, epp: { leaderElection: true } },
        autoscaling: { enabled: true },
      },
    ],
    [
      'autoscaling.minReplicas',
      {
        router: { modelServers: { matchLabels: { a: 'b' } } },
        autoscaling: { enabled: true, minReplicas: 9 },
      },
    ],
    [
      'autoscaling.metrics',
      {
        router: { modelServers: { matchLabels: { a: 'b' } } },
        autoscaling: { enabled: true, targetCPUUtilizationPercentage: 0 },
      },
    ],
    [
      'router.epp.adminPort',
      { router: { modelServers: { matchLabels: { a: 'b' } }, epp: { adminPort: 8000 } } },
    ],
    ['additional properties', { mod: 'gateway' }],
  ])('refuses a contradiction and names %s', (path, values) => {
    expect(helmTemplate(values).error).toContain(path);
  });

  test.skipIf(!hasHelm)('takes values that were written for the llm-d router chart', () => {
    // As `drydock export --target llm-d` writes them.
    const values = {
      router: {
        epp: {
          replicas: 1,
          flags: { 'refresh-metrics-interval': '200ms', 'allow-experimental-plugins': 'true' },
          pluginsConfigFile: 'drydock-plugins.yaml',
          pluginsCustomConfig: { 'drydock-plugins.yaml': 'kind: EndpointPickerConfig\nplugins: []\n' },
        },
        inferencePool: { create: true },
        inferenceObjectives: [{ name: 'chat', priority: 1 }],
        modelServers: {
          type: 'sglang',
          protocol: 'http',
          targetPorts: [{ number: 8000 }],
          matchLabels: { a: 'b' },
        },
      },
    };
    const { text, error } = helmTemplate(values);
    expect(error).toBeNull();
    const { args } = podOf(manifestsOf(text)).containers[0]!;
    expect(args).toContain('--scrape-interval-ms=200');
    expect(args).toContain('--allow-experimental-plugins');
  });
});

describe('what the pods may do', () => {
  test.each(NAMES)('%s: no root, no capabilities, nothing to write to', (name) => {
    const pod = podOf(keptManifests(name));
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const container of allContainers(pod)) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.readinessProbe).toBeDefined();
      expect(container.livenessProbe).toBeDefined();
      const volumes = pod.volumes.map((volume) => volume.name);
      for (const mount of container.volumeMounts) expect(volumes).toContain(mount.name);
    }
  });

  test('the router may read pods, pools, objectives and rewrites of its namespace, nothing else', () => {
    for (const name of ['gateway', 'standalone', 'picker']) {
      const manifests = keptManifests(name);
      const { rules } = of(manifests, 'Role') as unknown as {
        rules: { resources: string[]; verbs: string[] }[];
      };
      expect(rules.flatMap(({ resources }) => resources)).toEqual([
        'pods',
        'inferencepools',
        'inferenceobjectives',
        'inferencemodelrewrites',
      ]);
      for (const { verbs } of rules) expect(verbs).toEqual(['get', 'list', 'watch']);
      expect(manifests.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
      expect(podOf(manifests).automountServiceAccountToken).toBe(true);
    }
  });

  test('a candidate of an election may also hold one Lease by name', () => {
    const { rules } = of(keptManifests('elected'), 'Role') as unknown as {
      rules: { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[];
    };
    const leases = rules.filter(({ resources }) => resources.includes('leases'));
    expect(leases).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['router-drydock'],
        verbs: ['get', 'update'],
      },
    ]);
    const { args } = podOf(keptManifests('elected')).containers[0]!;
    expect(args).toContain('--leader-election=inference/router-drydock');
  });

  test('a fleet from DNS needs no rights and gets no token', () => {
    const manifests = keptManifests('dns');
    expect(manifests.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'Deployment', 'Service']);
    expect(podOf(manifests).automountServiceAccountToken).toBe(false);
  });

  test('secrets are named, never held', () => {
    const pod = podOf(keptManifests('gateway'));
    const secrets = JSON.stringify(pod).match(/"secretName":"[^"]+"/g);
    expect(secrets).toEqual(['gateway-tls', 'callers', 'servers-ca'].map((one) => `"secretName":"${one}"`));
    expect(pod.containers[0]!.env).toContainEqual({
      name: 'UPSTREAM_AUTHORIZATION',
      valueFrom: { secretKeyRef: { name: 'servers', key: 'authorization' } },
    });
    for (const name of NAMES) expect(keptManifests(name).map(({ kind }) => kind)).not.toContain('Secret');
  });
});

describe('how the parts fit', () => {
  test.each(NAMES)('%s: `drydock serve` takes the arguments', (name) => {
    const program = new Command();
    register(program);
    const serve = program.commands[0]!;
    let options: unknown = null;
    serve.action((parsed: unknown) => {
      options = parsed;
    });
    for (const command of [program, serve]) command.exitOverride().configureOutput({ writeErr: () => {} });
    program.parse([...podOf(keptManifests(name)).containers[0]!.args], { from: 'user' });
    expect(options).toMatchObject({ host: '0.0.0.0', port: 8000, extProcPort: 9002 });
  });

  test('files that arguments name are mounted', () => {
    for (const name of NAMES) {
      const { args, volumeMounts } = podOf(keptManifests(name)).containers[0]!;
      const files = args.flatMap((arg) => /=(\/etc\/\S+)/.exec(arg)?.[1] ?? []);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        expect(
          volumeMounts.some(({ mountPath }) => file.startsWith(`${mountPath}/`)),
          file,
        ).toBe(true);
      }
    }
  });

  test('the pool names the picker, at a port that its Service has and the pod listens on', () => {
    for (const name of ['gateway', 'standalone']) {
      const manifests = keptManifests(name);
      const service = of(manifests, 'Service') as unknown as {
        metadata: { name: string };
        spec: { ports: { name: string; port: number; targetPort: string }[] };
      };
      const { spec } = of(manifests, 'InferencePool') as unknown as {
        spec: { endpointPickerRef: { name: string; port: { number: number } } };
      };
      expect(spec.endpointPickerRef.name).toBe(service.metadata.name);
      const port = service.spec.ports.find((one) => one.port === spec.endpointPickerRef.port.number)!;
      const listening = podOf(manifests).containers[0]!.ports.find((one) => one.name === port.targetPort)!;
      expect(podOf(manifests).containers[0]!.args).toContain(`--ext-proc-port=${listening.containerPort}`);
    }
  });

  test('an election does not hold up roll-outs and drained nodes: one ready replica is all that there is', () => {
    const manifests = keptManifests('elected');
    expect(manifests.map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
    expect(of(manifests, 'Deployment')).toMatchObject({
      spec: { replicas: 2, strategy: { rollingUpdate: { maxUnavailable: '100%' } } },
    });
  });

  test('an autoscaler owns the number of replicas of the Deployment, and measures a container that there is', () => {
    const manifests = keptManifests('standalone');
    const deployment = of(manifests, 'Deployment');
    expect(deployment['spec']).not.toHaveProperty('replicas');
    const { spec } = of(manifests, 'HorizontalPodAutoscaler') as unknown as {
      spec: { scaleTargetRef: { name: string }; metrics: { containerResource?: { container: string } }[] };
    };
    expect(spec.scaleTargetRef.name).toBe(deployment.metadata.name);
    const names = podOf(manifests).containers.map(({ name }) => name);
    expect(names).toContain(spec.metrics[0]!.containerResource!.container);
  });

  test('network policies let in what clients and scrapers need, by names that containers have', () => {
    for (const name of ['standalone', 'elected']) {
      const manifests = keptManifests(name);
      const { spec } = of(manifests, 'NetworkPolicy') as unknown as {
        spec: { ingress: { ports: { port: string }[]; from?: unknown }[] };
      };
      const pod = podOf(manifests);
      const named = allContainers(pod).flatMap(({ ports }) => ports.map((port) => port.name));
      const open = spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port));
      for (const port of open) expect(named).toContain(port);
      // Envoy asks the picker on loopback, which no policy sees.
      const closed = name === 'standalone' ? ['grpc-ext-proc'] : [];
      expect(named.filter((port) => !open.includes(port))).toEqual(closed);
    }
    const { spec } = of(keptManifests('standalone'), 'NetworkPolicy') as unknown as {
      spec: { ingress: { ports: { port: string }[]; from: unknown }[] };
    };
    const [requests, metrics] = spec.ingress;
    expect(requests!.ports.map(({ port }) => port)).toEqual(['http']);
    expect(JSON.stringify(metrics!.from)).toContain('monitoring');
  });

  test.each(NAMES)('%s: every port of the Service is one that a container has, by name', (name) => {
    const manifests = keptManifests(name);
    const { spec } = of(manifests, 'Service') as unknown as { spec: { ports: { targetPort: string }[] } };
    const names = allContainers(podOf(manifests)).flatMap(({ ports }) => ports.map((port) => port.name));
    expect(new Set(names).size).toBe(names.length);
    for (const { targetPort } of spec.ports) expect(names).toContain(targetPort);
  });

  test('Envoy of the standalone mode is that of deploy/envoy.yaml, with ports, TLS and metrics of its own', () => {
    const shown = envoyOf('standalone');
    const plain = parse(
      readFileSync('deploy/envoy.yaml', 'utf8').replace('port_value: 10000', 'port_value: 8081'),
    ) as typeof shown;
    const [requests, ...listeners] = shown.static_resources.listeners;
    const { transport_socket: tls, ...filters } = requests!.filter_chains[0]!;
    expect(tls).toMatchObject({ name: 'envoy.transport_sockets.tls' });
    expect({ ...requests, filter_chains: [filters] }).toEqual(plain.static_resources.listeners[0]);
    expect(listeners.map(({ name }) => name)).toEqual(['metrics']);
    expect(shown.static_resources.clusters.slice(0, 2)).toEqual(plain.static_resources.clusters);
    expect(shown.admin).toEqual(plain.admin);
  });

  const ENVOY = process.env['ENVOY'] ?? 'envoy';
  test.skipIf(spawnSync(ENVOY, ['--version']).status !== 0)('a real Envoy takes its configuration', () => {
    const { static_resources, ...rest } = envoyOf('standalone');
    // The certificate is not here.
    for (const { filter_chains } of static_resources.listeners) delete filter_chains[0]!['transport_socket'];
    const file = join(mkdtempSync(join(tmpdir(), 'drydock-chart-')), 'envoy.json');
    writeFileSync(file, JSON.stringify({ ...rest, static_resources }));
    const { status, stderr } = spawnSync(ENVOY, ['--mode', 'validate', '-c', file], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });

  test('a drain ends before the pod is killed', () => {
    for (const name of NAMES) {
      const pod = podOf(keptManifests(name));
      const drainS = Number(/\d+$/.exec(pod.containers[0]!.args.find((arg) => arg.includes('drain'))!)![0]);
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drainS + 5);
    }
  });
});

interface Named {
  readonly name: string;
}

interface EnvoyConfig {
  readonly admin: unknown;
  readonly static_resources: {
    readonly listeners: readonly (Named & { readonly filter_chains: Record<string, unknown>[] })[];
    readonly clusters: readonly Named[];
  };
}

function envoyOf(name: string): EnvoyConfig {
  const { data } = of(keptManifests(name), 'ConfigMap') as unknown as { data: Record<string, string> };
  return parse(data['envoy.yaml']!) as EnvoyConfig;
}
