import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DnsResolver, lookUp, parseDnsQuery } from '../../src/server/discovery/dns.ts';
import { readResourcesFile } from '../../src/server/discovery/resources-file.ts';
import { KubernetesDiscovery } from '../../src/server/kubernetes/discovery.ts';
import type { Resources } from '../../src/server/routing-core.ts';
import { keptManifests } from '../deploy/chart.ts';
import { CHAT, liveRouterOf, until } from './fixtures.ts';
import { listenAsKube } from './kube-api.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const { rules: RULES } = keptManifests('gateway').find(({ kind }) => kind === 'Role') as unknown as {
  rules: readonly Rule[];
};

/** Whether the Role of the Helm chart permits a request in the namespace. */
function isPermitted(url: URL): boolean {
  const match = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/namespaces\/ns\/(\w+)$/.exec(url.pathname);
  if (match === null) return false;
  const [, group = '', resource] = match;
  const verb = url.searchParams.get('watch') === 'true' ? 'watch' : 'list';
  return RULES.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(group) && resources.includes(resource!) && verbs.includes(verb),
  );
}

describe('DNS discovery', () => {
  const resolver = (answers: Partial<Record<'a' | 'aaaa' | 'srv', unknown>>): DnsResolver => {
    const give = (key: 'a' | 'aaaa' | 'srv') => () =>
      answers[key] === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(answers[key]);
    return { resolve4: give('a'), resolve6: give('aaaa'), resolveSrv: give('srv') } as unknown as DnsResolver;
  };

  test('takes every address of a name, of either family, and the ports of SRV records', async () => {
    const address = parseDnsQuery('models.ns.svc:8000')!;
    const both = await lookUp(address, resolver({ a: ['10.0.0.2', '10.0.0.1'], aaaa: ['fd00::1'] }));
    expect(both.map((one) => one.address)).toEqual(['10.0.0.1:8000', '10.0.0.2:8000', '[fd00::1]:8000']);
    expect(await lookUp(address, resolver({ aaaa: ['fd00::1'] }))).toHaveLength(1);
    await expect(lookUp(address, resolver({}))).rejects.toThrow('ENOTFOUND');
    const srv = [{ name: 'pod-1.models', port: 8001 }];
    const found = await lookUp(parseDnsQuery('_http._tcp.models.svc')!, resolver({ srv }));
    expect(found.map((one) => one.address)).toEqual(['pod-1.models:8001']);
    for (const bad of ['models', 'models:99999', 'http://models:80', ''])
      expect(parseDnsQuery(bad)).toBeNull();
  });
});

/** A Kubernetes API as far as a router watches it: lists, and watches that say what changes. */
class FakeCluster {
  readonly #objects = new Map<string, Map<string, object>>();
  readonly #watches = new Map<string, Set<ServerResponse>>();
  readonly #log: { path: string; version: number; line: string }[] = [];
  #version = 1;

  /** `paths` are served, all others give 404, and what the chart does not permit 403. */
  constructor(paths: readonly string[]) {
    for (const path of paths) {
      this.#objects.set(path, new Map());
      this.#watches.set(path, new Set());
    }
  }

  async listen(): Promise<KubeConfig> {
    const server = createServer((message, response) => {
      const url = new URL(message.url!, 'http://cluster');
      const objects = this.#objects.get(url.pathname);
      // As in a cluster: who may not ask is not told whether it exists.
      const code = isPermitted(url) ? 404 : 403;
      if (code === 403 || objects === undefined) {
        response.writeHead(code, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ kind: 'Status', code }));
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      if (url.searchParams.get('watch') === 'true') {
        this.#watches.get(url.pathname)!.add(response);
        response.flushHeaders();
        const since = Number(url.searchParams.get('resourceVersion') ?? 0);
        for (const { path, version, line } of this.#log) {
          if (path === url.pathname && version > since) response.write(line);
        }
        return;
      }
      const metadata = { resourceVersion: String(this.#version) };
      response.end(JSON.stringify({ kind: 'List', metadata, items: [...objects.values()] }));
    });
    return listenAsKube(server);
  }

  put(
    path: string,
    object: { metadata: { name: string; [key: string]: unknown }; [key: string]: unknown },
  ): void {
    const objects = this.#objects.get(path)!;
    const type = objects.has(object.metadata.name) ? 'MODIFIED' : 'ADDED';
    const placed = { ...object, metadata: { ...object.metadata, namespace: 'ns' } };
    this.#change(path, type, placed);
    objects.set(object.metadata.name, placed);
  }

  remove(path: string, name: string): void {
    const object = this.#objects.get(path)!.get(name)!;
    this.#objects.get(path)!.delete(name);
    this.#change(path, 'DELETED', object as { metadata: { name: string } });
  }

  /** All watches of a path end, as the API server ends them now and then. */
  breakOff(path: string): void {
    for (const response of this.#watches.get(path)!) response.end();
    this.#watches.get(path)!.clear();
  }

  #change(path: string, type: string, object: { metadata: { name: string } }): void {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const line = `${JSON.stringify({ type, object: { ...object, metadata } })}\n`;
    this.#log.push({ path, version: this.#version, line });
    for (const response of this.#watches.get(path)!) response.write(line);
  }
}

const PODS = '/api/v1/namespaces/ns/pods';
const POOLS = '/apis/inference.networking.k8s.io/v1/namespaces/ns/inferencepools';
const OBJECTIVES = '/apis/llm-d.ai/v1alpha2/namespaces/ns/inferenceobjectives';
const REWRITES = '/apis/llm-d.ai/v1alpha2/namespaces/ns/inferencemodelrewrites';

const pool = {
  metadata: { name: 'llama' },
  spec: { selector: { matchLabels: { app: 'llama' } }, targetPorts: [{ number: 8000 }, { number: 8001 }] },
};

function pod(name: string, ip: string, extra: { ready?: boolean; app?: string; ports?: string } = {}) {
  const { ready = true, app = 'llama', ports } = extra;
  return {
    metadata: {
      name,
      labels: { app, 'llm-d.ai/role': 'decode' },
      annotations: ports === undefined ? {} : { 'llm-d.ai/active-ports': ports },
    },
    spec: { nodeName: 'node-1' },
    status: { podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

describe('Kubernetes discovery', () => {
  test('follows ready pods of the pool, its ports, objectives and rewrites, through changes and broken watches', async () => {
    const cluster = new FakeCluster([PODS, POOLS, OBJECTIVES, REWRITES]);
    cluster.put(POOLS, pool);
    cluster.put(PODS, pod('a', '10.0.0.1'));
    cluster.put(PODS, pod('b', '10.0.0.2', { ready: false }));
    cluster.put(PODS, pod('c', '10.0.0.3', { app: 'other' }));
    cluster.put(OBJECTIVES, {
      metadata: { name: 'batch' },
      spec: { priority: -5, poolRef: { name: 'llama' } },
    });
    let addresses: string[] = [];
    let labels: Readonly<Record<string, string>> = {};
    let resources: Resources | null = null;
    const broken: string[] = [];
    const discovery = new KubernetesDiscovery({
      config: await cluster.listen(),
      namespace: 'ns',
      pool: 'llama',
      changed: (endpoints, found) => {
        addresses = endpoints.map((one) => `${one.id} ${one.address}`);
        labels = endpoints[0]?.labels ?? {};
        resources = found;
      },
      broken: (what) => broken.push(what),
    });
    onTestFinished(() => discovery.stop());
    await discovery.start();
    expect(addresses).toEqual(['a-rank-0 10.0.0.1:8000', 'a-rank-1 10.0.0.1:8001']);
    expect(labels).toMatchObject({ 'llm-d.ai/role': 'decode', 'kubernetes.io/hostname': 'node-1' });
    expect([...resources!.objectives]).toEqual([['batch', -5]]);

    cluster.put(PODS, pod('b', '10.0.0.2', { ports: '8001' }));
    await until(() => addresses.includes('b-rank-1 10.0.0.2:8001'));
    expect(addresses).toHaveLength(3);
    cluster.put(REWRITES, {
      metadata: { name: 'canary', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        poolRef: { name: 'llama' },
        rules: [{ matches: [{ model: { type: 'Exact', value: 'm' } }], targets: [{ modelRewrite: 'm-v2' }] }],
      },
    });
    await until(() => resources!.rewrites.length === 1);
    cluster.breakOff(PODS);
    cluster.remove(PODS, 'a');
    await until(() => addresses.join() === 'b-rank-1 10.0.0.2:8001');
    cluster.put(POOLS, { ...pool, spec: { ...pool.spec, targetPorts: [] } });
    await until(() => addresses.length === 0);
  });

  test('reads the older group where the newer is not installed, and says when there is no InferencePool at all', async () => {
    const older = '/apis/inference.networking.x-k8s.io/v1alpha2/namespaces/ns/inferenceobjectives';
    const cluster = new FakeCluster([PODS, POOLS, older]);
    cluster.put(older, { metadata: { name: 'gold' }, spec: { priority: 9 } });
    let resources: Resources | null = null;
    const options = {
      namespace: 'ns',
      pool: 'llama',
      changed: (_: unknown, found: Resources) => {
        resources = found;
      },
      broken: () => {},
    };
    const discovery = new KubernetesDiscovery({ ...options, config: await cluster.listen() });
    onTestFinished(() => discovery.stop());
    await discovery.start();
    expect(resources!.objectives.get('gold')).toBe(9);
    const bare = new KubernetesDiscovery({ ...options, config: await new FakeCluster([PODS]).listen() });
    await expect(bare.start()).rejects.toThrow('does not serve inferencepools');
  });
});

describe('resources', () => {
  const file = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'drydock-resources-')), 'resources.yaml');
    writeFileSync(path, text);
    return path;
  };

  test('objectives give priorities and rewrites give models, from the manifests that kubectl takes', () => {
    const path = file(`
kind: InferenceObjective
metadata: { name: gold }
spec: { priority: 7 }
---
kind: InferenceModelRewrite
metadata: { name: canary }
spec:
  rules:
    - matches: [{ model: { value: m } }]
      targets: [{ modelRewrite: m-v1, weight: 90 }, { modelRewrite: m-v2, weight: 10 }]
    - targets: [{ modelRewrite: fallback }]
`);
    const models: string[] = [];
    const priorities: number[] = [];
    const live = liveRouterOf(['10.0.0.1:8000'], {
      scrapeIntervalMs: 60_000,
      observer: {
        event: () => {},
        dispatched: (request) => {
          models.push(request.model);
          priorities.push(request.priority);
        },
      },
    });
    live.setResources(readResourcesFile(path));
    const call = { dispatched: () => {}, rejected: () => {}, evicted: () => {} };
    const ask = (model: string): void => {
      const body = { ...CHAT, model };
      const headers = new Map([['x-llm-d-inference-objective', 'gold']]);
      const path = '/v1/chat/completions';
      live.arrive({ requestId: 'r', headers, path, body, sizeBytes: 1, subset: null }, call);
    };
    for (let i = 0; i < 1000; i++) ask('m');
    const share = models.filter((model) => model === 'm-v2').length / 1000;
    // Binomial: 0.1 with a standard error of 0.0095.
    expect(share).toBeGreaterThan(0.06);
    expect(share).toBeLessThan(0.14);
    expect(new Set(models)).toEqual(new Set(['m-v1', 'm-v2']));
    ask('something else');
    expect(models.at(-1)).toBe('fallback');
    expect(new Set(priorities)).toEqual(new Set([7]));
  });

  test('other kinds are refused by name', () => {
    expect(() => readResourcesFile(file('kind: Pod\nmetadata: { name: x }'))).toThrow(
      /\[0\]\.kind.*"Pod".*InferenceObjective or InferenceModelRewrite/s,
    );
    expect(() => readResourcesFile('/nowhere.yaml')).toThrow(/nowhere/);
  });
});
