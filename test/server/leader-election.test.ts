/** Election of a leader by a Lease, against an API server that keeps one and permits what the chart's Role does. */
import { createServer, type IncomingMessage } from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';
import { expect, onTestFinished, test } from 'vitest';
import { Gateway } from '../../src/server/gateway.ts';
import { type ElectionOptions, LeaderElection } from '../../src/server/kubernetes/leader-election.ts';
import { keptManifests } from '../deploy/chart.ts';
import { liveRouterOf, until } from './fixtures.ts';
import { listenAsKube } from './kube-api.ts';

const TIMES = { leaseMs: 600, renewMs: 450, retryMs: 40 };
const NAME = 'router-drydock';
const PATH = '/apis/coordination.k8s.io/v1/namespaces/ns/leases';

interface Lease {
  metadata: { name: string; resourceVersion?: string };
  spec: { holderIdentity: string; leaseTransitions: number; leaseDurationSeconds: number };
}

const { rules: RULES } = keptManifests('elected').find(({ kind }) => kind === 'Role') as unknown as {
  rules: readonly { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[];
};
const VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update' };

function isPermitted(method: string, name: string | undefined): boolean {
  return RULES.some(
    ({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.includes('coordination.k8s.io') &&
      resources.includes('leases') &&
      verbs.includes(VERBS[method] ?? '') &&
      (resourceNames === undefined || (name !== undefined && resourceNames.includes(name))),
  );
}

/** One Lease, written only by who has read its last version. */
class FakeLeases {
  lease: Lease | null = null;
  isDown = false;
  #version = 0;

  async listen(): Promise<KubeConfig> {
    const server = createServer((message, response) => {
      void this.#answer(message).then(([code, body]) => {
        response.writeHead(code, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
    });
    return listenAsKube(server);
  }

  async #answer(message: IncomingMessage): Promise<[number, unknown]> {
    let text = '';
    for await (const part of message) text += String(part);
    const name = message.url!.split('/leases/')[1];
    const status = (code: number): [number, unknown] => [code, { kind: 'Status', code }];
    if (this.isDown) return status(503);
    if (!message.url!.startsWith(PATH) || !isPermitted(message.method!, name)) return status(403);
    if (message.method === 'GET') return this.lease === null ? status(404) : [200, this.lease];
    const written = JSON.parse(text) as Lease;
    if (message.method === 'POST' && this.lease !== null) return status(409);
    if (message.method === 'PUT' && written.metadata.resourceVersion !== String(this.#version))
      return status(409);
    this.#version += 1;
    this.lease = { ...written, metadata: { ...written.metadata, resourceVersion: String(this.#version) } };
    return [message.method === 'POST' ? 201 : 200, this.lease];
  }
}

async function candidate(
  config: KubeConfig,
  identity: string,
  more: Partial<ElectionOptions> = {},
): Promise<{ election: LeaderElection; changes: boolean[] }> {
  const changes: boolean[] = [];
  const election = new LeaderElection({
    ...{ config, namespace: 'ns', name: NAME, identity, times: TIMES },
    changed: (leads) => changes.push(leads),
    failed: () => {},
    ...more,
  });
  onTestFinished(() => election.stop());
  await election.start();
  return { election, changes };
}

test('one of two leads; it gives the lease up when it goes, and the other takes over at once', async () => {
  const leases = new FakeLeases();
  const config = await leases.listen();
  const first = await candidate(config, 'a');
  const second = await candidate(config, 'b');
  expect([first.election.leads, second.election.leads]).toEqual([true, false]);
  expect(leases.lease!.spec).toMatchObject({
    holderIdentity: 'a',
    leaseTransitions: 0,
    leaseDurationSeconds: 1,
  });
  // Renewed for longer than it would last unrenewed.
  await new Promise((resolve) => setTimeout(resolve, 2 * TIMES.leaseMs));
  expect([first.election.leads, second.election.leads]).toEqual([true, false]);
  await first.election.stop();
  expect(leases.lease!.spec.holderIdentity).toBe('');
  await until(() => second.election.leads);
  expect(leases.lease!.spec.holderIdentity).toBe('b');
  expect([first.changes, second.changes]).toEqual([[true, false], [true]]);
});

test('a leader that dies without a word is followed once its lease has run out, not before', async () => {
  const leases = new FakeLeases();
  const config = await leases.listen();
  leases.lease = {
    metadata: { name: NAME, resourceVersion: '0' },
    spec: { holderIdentity: 'dead', leaseTransitions: 4, leaseDurationSeconds: 1 },
  };
  const startMs = performance.now();
  const { election } = await candidate(config, 'b');
  expect(election.leads).toBe(false);
  await until(() => election.leads);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(TIMES.leaseMs);
  expect(leases.lease.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 5 });
});

test('a leader that cannot reach the API server steps down, and says what failed', async () => {
  const leases = new FakeLeases();
  const config = await leases.listen();
  const failures: string[] = [];
  const { election, changes } = await candidate(config, 'a', {
    failed: ({ message }) => failures.push(message),
  });
  expect(election.leads).toBe(true);
  leases.isDown = true;
  await until(() => !election.leads);
  expect(failures.length).toBeGreaterThan(0);
  leases.isDown = false;
  await until(() => election.leads);
  expect(changes).toEqual([true, false, true]);
});

test('of two that try at once only one leads', async () => {
  const leases = new FakeLeases();
  const config = await leases.listen();
  for (let round = 0; round < 5; round++) {
    leases.lease = null;
    const both = await Promise.all([candidate(config, `a${round}`), candidate(config, `b${round}`)]);
    expect(both.filter(({ election }) => election.leads)).toHaveLength(1);
    for (const { election } of both) await election.stop();
  }
});

test("readiness is the leader's alone; a standby still answers who asks it", async () => {
  const leases = new FakeLeases();
  const config = await leases.listen();
  await candidate(config, 'a');
  const { election } = await candidate(config, 'b');
  const live = liveRouterOf([]);
  const gateway = new Gateway(live, {
    bodyLimitBytes: 1000,
    idleTimeoutMs: 1000,
    isReady: () => election.leads,
  });
  onTestFinished(() => gateway.drain(0));
  const port = await gateway.listen(0, '127.0.0.1');
  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect(await status('/healthz')).toBe(503);
  expect(await status('/livez')).toBe(200);
  expect(await status('/metrics')).toBe(200);
});
