import { Writable } from 'node:stream';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { AccessLog } from '../../src/server/telemetry/access-log.ts';
import { parseExposition } from '../../src/server/telemetry/prometheus.ts';
import { Tracing } from '../../src/server/telemetry/tracing.ts';
import { CHAT, gatewayOf, modelServer, post, until } from './fixtures.ts';

const USAGE = { prompt_tokens: 9, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } };

async function streaming(seen: (traceparent: string | undefined) => void = () => {}): Promise<string> {
  return await modelServer((message, response) => {
    message.resume();
    if (message.method !== 'POST') {
      response.end();
      return;
    }
    const { traceparent } = message.headers;
    seen(Array.isArray(traceparent) ? traceparent[0] : traceparent);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"choices":[]}\n\n');
    setTimeout(() => response.end(`data: ${JSON.stringify({ usage: USAGE })}\n\n`), 20);
  });
}

test('the access log has one line for each call, without prompts or credentials', async () => {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const { port } = await gatewayOf([await streaming()], {
    telemetry: [new AccessLog(pino({ base: null }, sink))],
  });
  const secret = { ...CHAT, messages: [{ role: 'user', content: 'my secret prompt' }], stream: true };
  const headers = { authorization: 'Bearer s3cret', 'x-request-id': 'r-1' };
  await post(port, secret, { ...headers, 'x-llm-d-inference-fairness-id': 'tenant' });
  await post(port, { model: 'm' }, { 'x-request-id': 'r-2' });
  await until(() => lines.length === 2);
  const [ended, refused] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(ended).toMatchObject({
    requestId: 'r-1',
    model: 'm',
    fairnessId: 'tenant',
    cause: 'natural',
    promptTokens: 9,
    outputTokens: 3,
    cachedTokens: 4,
  });
  expect(ended!['ttftMs']).toBeLessThan(ended!['durationMs'] as number);
  expect(refused).toMatchObject({ requestId: 'r-2', cause: 'rejected', status: 400, code: 'BadRequest' });
  expect(lines.join('')).not.toMatch(/secret/);
});

test('a trace goes on from the caller through the gateway to the model server', async () => {
  const exporter = new InMemorySpanExporter();
  // Nothing is sampled at the root: only what the caller has decided to trace.
  const tracing = new Tracing(exporter, 0);
  let passedOn: string | undefined;
  const address = await streaming((traceparent) => {
    passedOn = traceparent;
  });
  const { port } = await gatewayOf([address], { telemetry: [tracing] });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await post(port, CHAT, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  await post(port, CHAT);
  // Shutting down sends what is left, and forgets it in memory: look between.
  const spans: { name: string; trace: string; parent: string | undefined }[] = [];
  const keep = exporter.export.bind(exporter);
  exporter.export = (batch, done) => {
    for (const span of batch) {
      spans.push({
        name: span.name,
        trace: span.spanContext().traceId,
        parent: span.parentSpanContext?.spanId,
      });
    }
    keep(batch, done);
  };
  await tracing.close();
  expect(spans.map((span) => span.name).sort()).toEqual(['gateway.request', 'gateway.request_orchestration']);
  expect(new Set(spans.map((span) => span.trace))).toEqual(new Set([traceId]));
  expect(spans.find((span) => span.name === 'gateway.request')!.parent).toBe('b7ad6b7169203331');
  expect(passedOn).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

describe('metrics', () => {
  test('plugins are timed by place, and indexes tell what they knew of the endpoint that got the request', async () => {
    const { port, live } = await gatewayOf([await streaming()]);
    const long = { ...CHAT, messages: [{ role: 'user', content: 'word '.repeat(200) }] };
    for (let i = 0; i < 2; i++) await post(port, long);
    await until(() => live.inFlight === 0);
    const series = parseExposition(live.metricsText());
    const of = (name: string, labels: Record<string, string>): number | undefined =>
      series.find(
        (one) =>
          one.name === `llm_d_epp_${name}` &&
          Object.entries(labels).every(([key, value]) => one.labels[key] === value),
      )?.value;
    const queue = { plugin_type: 'queue-scorer', plugin_name: 'queue-scorer', extension_point: 'Scorer' };
    expect(of('plugin_duration_seconds_count', queue)).toBeGreaterThan(0);
    const producer = 'approx-prefix-cache-producer';
    const index = { plugin_type: producer, plugin_name: producer };
    expect(of('plugin_duration_seconds_count', { ...index, extension_point: 'PreRequest' })).toBe(2);
    // 1,004 bytes are 251 tokens, in four blocks of 64: unknown first, then known whole.
    expect(of('prefix_indexer_size', index)).toBe(4);
    expect(of('prefix_indexer_hit_ratio_count', index)).toBe(2);
    expect(of('prefix_indexer_hit_ratio_sum', index)).toBe(1);
    expect(of('prefix_indexer_hit_bytes_sum', index)).toBe(4 * 64 * 4);
    expect(of('request_processing_duration_seconds_count', {})).toBe(2);
    const attempt = { status: 'success', endpoint_name: 'e0', namespace: '', target_model_name: 'm' };
    expect(of('scheduler_attempts_total', attempt)).toBe(2);
    // A page without vLLM's gauges has nothing to extract.
    expect(of('datalayer_extract_errors_total', { source_type: 'metrics-data-source' })).toBeGreaterThan(0);
    expect(of('info', {})).toBe(1);
  });

  test('plugins with figures of their own show them: programs, and revisions of a rollout', async () => {
    const address = await modelServer((message, response) => {
      message.resume();
      response.end(message.method === 'POST' ? JSON.stringify({ usage: USAGE }) : '');
    });
    const config = {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      featureGates: ['flowControl'],
      plugins: [
        { type: 'program-aware-fairness', parameters: { lasHalfLifeSeconds: 0 } },
        { type: 'concurrency-detector' },
        {
          type: 'disaggregatedset-rollout-screener',
          parameters: {
            headerSelectors: [{ name: 'zone', headerName: 'x-zone', labelKey: 'zone' }],
            revisionGating: { mode: 'sum' },
          },
        },
      ],
      flowControl: {
        saturationDetector: { pluginRef: 'concurrency-detector' },
        defaultPriorityBand: { fairnessPolicyRef: 'program-aware-fairness' },
      },
    };
    const { port, live } = await gatewayOf([], { config, allowExperimentalPlugins: true });
    const revision = 'disaggregatedset.x-k8s.io/revision';
    live.setEndpoints(
      ['a', 'a', 'a', 'b'].map((name, i) => ({ id: `e${i}`, address, labels: { [revision]: name } })),
    );
    const ask = async (tenant: string, more = {}): Promise<number> =>
      (await post(port, CHAT, { 'x-llm-d-inference-fairness-id': tenant, ...more })).status;
    expect([await ask('red'), await ask('red'), await ask('blue')]).toEqual([200, 200, 200]);
    expect(await ask('red', { 'x-zone': 'nowhere' })).toBe(503);
    await until(() => live.inFlight === 0);
    const page = live.metricsText();
    // Nine prompt tokens and three of output, which count twice.
    expect(page).toContain('llm_d_epp_program_aware_attained_service_tokens{program_id="red"} 30\n');
    expect(page).toContain('llm_d_epp_program_aware_attained_service_tokens{program_id="blue"} 15\n');
    expect(page).toMatch(/llm_d_epp_program_aware_jains_fairness_index\{[^}]*} (1|0\.\d+)\n/);
    const share = (name: string): RegExp =>
      new RegExp(`disaggregatedset_revision_gating_share\\{[^}]*mode="sum",revision="${name}"} 0.[27]5\n`);
    expect(page).toMatch(share('a'));
    expect(page).toMatch(share('b'));
    expect(page).toMatch(/disaggregatedset_strict_header_no_match_total\{[^}]*} 1\n/);
  });

  test('tokens in flight are shown by endpoint and producer until the first token', async () => {
    let begin: (() => void) | undefined;
    const address = await modelServer((message, response) => {
      message.resume();
      if (message.method !== 'POST') response.end();
      else begin = () => response.end('{}');
    });
    const config = {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      plugins: [{ type: 'token-load-scorer' }],
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'token-load-scorer' }] }],
    };
    const { port, live } = await gatewayOf([address], { config });
    const answered = post(port, CHAT, { 'x-llm-d-inference-fairness-id': 'tenant' });
    await until(() => begin !== undefined);
    const labels =
      'endpoint_name="e0",namespace="",producer_name="inflight-load-producer",fairness_id="tenant",priority="0"';
    // Nine bytes are three tokens, and a block counts whole.
    expect(live.metricsText()).toContain(`llm_d_epp_inflight_tokens{${labels}} 64\n`);
    expect(live.metricsText()).toContain(`llm_d_epp_inflight_requests{${labels}} 1\n`);
    begin?.();
    await answered;
    await until(() => live.inFlight === 0);
    expect(live.metricsText()).not.toMatch(/inflight_tokens\{/);
  });

  test('the page has the latencies, tokens and sizes of calls, and the fleet as it is', async () => {
    const { port, live } = await gatewayOf([await streaming()]);
    await post(port, { ...CHAT, stream: true });
    await until(() => live.inFlight === 0);
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const series = parseExposition(page);
    const value = (name: string): number => series.find((one) => one.name === `llm_d_epp_${name}`)!.value;
    expect(value('request_total')).toBe(1);
    expect(value('request_cached_tokens_sum')).toBe(4);
    expect(value('request_streaming_itl_seconds_count')).toBe(1);
    expect(value('request_streaming_itl_seconds_sum')).toBeGreaterThan(0);
    const tpot = value('request_streaming_tpot_seconds_sum');
    const [total, ttft] = [value('request_duration_seconds_sum'), value('request_ttft_seconds_sum')];
    expect(tpot).toBeCloseTo((total - ttft) / 2, 6);
    expect(value('response_size_bytes_sum')).toBeGreaterThan(100);
    expect(value('scheduler_e2e_duration_seconds_count')).toBe(1);
    expect(value('std_dev_queue_size')).toBe(0);
    // Flow control is off: it says nothing.
    expect(page).not.toContain('flow_control');
  });

  test('with flow control on, queues are counted by flow while they wait, and their outcomes after', async () => {
    let isSaturated = true;
    let finish = (): void => {};
    const address = await modelServer((message, response) => {
      message.resume();
      if (message.method === 'POST') finish = () => response.end('{}');
      else
        response.end(`vllm:num_requests_waiting ${isSaturated ? 1000 : 0}\nvllm:kv_cache_usage_perc 0.1\n`);
    });
    const config = {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      featureGates: ['flowControl'],
      plugins: [{ type: 'queue-scorer' }, { type: 'max-score-picker' }, { type: 'single-profile-handler' }],
      schedulingProfiles: [
        { name: 'default', plugins: [{ pluginRef: 'queue-scorer' }, { pluginRef: 'max-score-picker' }] },
      ],
    };
    const { port, live } = await gatewayOf([address], { config });
    await until(() => live.core.table.waiting[0] === 1000);
    const answered = post(port, CHAT, { 'x-llm-d-inference-fairness-id': 'tenant' });
    await until(() => live.core.router.queued === 1);
    const waiting = live.metricsText();
    expect(waiting).toMatch(/llm_d_epp_flow_control_queue_size\{fairness_id="tenant",[^}]*} 1\n/);
    expect(waiting).toMatch(/llm_d_epp_flow_control_pool_saturation\{[^}]*stage="decode"} \d/);
    expect(waiting).not.toContain('stage="prefill"');
    expect(waiting).toMatch(/flow_control_capacity_utilization_requests\{priority="0",[^}]*} 0.0002\n/);
    expect(waiting).toContain('flow_control_stale_endpoints{detector="utilization-detector"}');
    expect(waiting).toMatch(
      /flow_control_request_enqueue_duration_seconds_count\{[^}]*NotYetFinalized"} 1\n/,
    );
    expect(waiting).not.toContain('global_capacity');
    isSaturated = false;
    await until(() => live.core.router.inFlight === 1);
    await until(() => live.inFlight === 1 && live.metricsText().includes('outcome="Dispatched"'));
    for (let i = 0; i < 100 && live.inFlight > 0; i++) {
      finish();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await answered).status).toBe(200);
    expect(live.metricsText()).not.toMatch(/flow_control_queue_size\{/);
  });
});
