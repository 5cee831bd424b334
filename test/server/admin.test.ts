/** The operators' port: metrics and plugin state, without anything that a client has said. */
import { expect, onTestFinished, test } from 'vitest';
import { AdminServer } from '../../src/server/admin.ts';
import { CHAT, gatewayOf, modelServer, post, until } from './fixtures.ts';

const CONFIG = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  featureGates: ['flowControl'],
  plugins: [
    {
      type: 'session-affinity-scorer',
      parameters: { strategy: 'session_id', sessionIdConfig: { sources: [{ header: 'x-session-id' }] } },
    },
    { type: 'prefix-cache-scorer' },
    { type: 'no-hit-lru-scorer' },
    { type: 'token-load-scorer' },
  ],
  schedulingProfiles: [
    {
      name: 'default',
      plugins: [
        'session-affinity-scorer',
        'prefix-cache-scorer',
        'no-hit-lru-scorer',
        'token-load-scorer',
      ].map((pluginRef) => ({ pluginRef })),
    },
  ],
};

interface State {
  readonly plugins: Readonly<
    Record<
      string,
      { readonly type: string; readonly state?: Record<string, unknown>; readonly message?: string }
    >
  >;
  readonly flowControl: { readonly bands: readonly unknown[] } | null;
}

test('plugins show counts by endpoint; prompts, sessions and tenants stay out', async () => {
  const address = await modelServer((message, response) => {
    message.resume();
    response.end(
      message.method === 'POST' ? '{}' : 'vllm:num_requests_waiting 0\nvllm:num_requests_running 0\n',
    );
  });
  const { port, live } = await gatewayOf([address], {
    config: CONFIG,
    allowExperimentalPlugins: true,
    hidesMetrics: true,
  });
  await until(() => live.core.table.scrapedAtUs[0]! > 0);
  const admin = new AdminServer(live);
  onTestFinished(() => admin.close());
  const url = `http://127.0.0.1:${await admin.listen(0, '127.0.0.1')}`;
  const secret = { ...CHAT, messages: [{ role: 'user', content: 'a secret prompt '.repeat(40) }] };
  await post(port, secret, {
    'x-session-id': 'secret-session',
    'x-llm-d-inference-fairness-id': 'secret-tenant',
  });
  await until(() => live.inFlight === 0);
  const text = await (await fetch(`${url}/debug/plugins/state`)).text();
  expect(text).not.toContain('secret');
  const { plugins, flowControl } = JSON.parse(text) as State;
  expect(plugins['approx-prefix-cache-producer']).toMatchObject({
    type: 'approx-prefix-cache-producer',
    // 644 bytes are 161 tokens, in three blocks of 64.
    state: { indexedBlocks: 3, blocksByEndpoint: { e0: 3 } },
  });
  expect(plugins['session-affinity-scorer']!.state).toEqual({ sessionsByEndpoint: { e0: 1 } });
  expect(plugins['no-hit-lru-scorer']!.state).toEqual({ leastLatelyUsed: ['e0'] });
  expect(plugins['inflight-load-producer']!.state).toEqual({ endpoints: { e0: { requests: 0, tokens: 0 } } });
  expect(plugins['max-score-picker']!.message).toContain('nothing');
  expect(flowControl!.bands).toHaveLength(1);
});

test('metrics are here and no longer at the port of clients; other paths and methods are refused', async () => {
  const { port, live } = await gatewayOf([], { hidesMetrics: true });
  const admin = new AdminServer(live);
  onTestFinished(() => admin.close());
  const url = `http://127.0.0.1:${await admin.listen(0, '127.0.0.1')}`;
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('llm_d_epp_ready_endpoints{name="epp"} 0');
  expect((await fetch(`${url}/v1/models`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
});

test('lists and maps are cut off at a hundred items', async () => {
  const { live } = await gatewayOf(
    Array.from({ length: 120 }, (_, i) => `127.0.0.1:${20_000 + i}`),
    {
      config: CONFIG,
      allowExperimentalPlugins: true,
      scrapeIntervalMs: 3_600_000,
    },
  );
  const admin = new AdminServer(live);
  onTestFinished(() => admin.close());
  const url = `http://127.0.0.1:${await admin.listen(0, '127.0.0.1')}`;
  const { plugins } = (await (await fetch(`${url}/debug/plugins/state`)).json()) as State;
  const { blocksByEndpoint } = plugins['approx-prefix-cache-producer']!.state!;
  expect(Object.keys(blocksByEndpoint as object)).toHaveLength(100);
});
