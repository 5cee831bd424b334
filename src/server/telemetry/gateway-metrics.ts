/**
 * The router's own metrics under upstream's names. Source: router specification 7.1. Left out is what the pure router cannot tell
 * without a clock (durations of plugins) and what it has no part in; docs/gateway.md lists both.
 */
import type { Rejection, ResponseUsage } from '../../routing/contract.ts';
import type { EndpointTable } from '../../routing/endpoint.ts';
import type { InferenceRequest } from '../../routing/request.ts';
import { Registry } from './prometheus.ts';

const SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 20, 60, 120, 600, 3600];
const TOKEN_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.5, 1, 2, 5, 10];
const SCHEDULE_SECONDS = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];
const QUEUE_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60];
const TOKENS = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 131072, 1048576];
const BYTES = [64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 16777216, 1073741824];
/** Distinct values of a label that clients choose; later ones are counted as `other`. */
const LABEL_VALUES = 1000;
/** Label sets remembered at most. */
const LABEL_SETS = 10_000;
const POOL = { name: 'epp' };
const FLOW_POOL = { inference_pool: 'epp' };

/** Flow control's outcomes by the reason that a refused client is given. */
const OUTCOMES: Readonly<Record<string, string>> = {
  'rejected-saturated': 'RejectedCapacity',
  'rejected-no-endpoints': 'RejectedNoEndpoints',
  'rejected-ttl-expired': 'EvictedTTL',
  'rejected-context-cancelled': 'EvictedContextCancelled',
};

type Labels = Readonly<Record<string, string>>;
type RequestLabels = Readonly<
  Record<'model_name' | 'target_model_name' | 'fairness_id' | 'priority', string>
>;

/** Labels of a request, and the two forms in which its first token is told. */
interface LabelSet {
  readonly all: RequestLabels;
  readonly streamed: Labels;
  readonly whole: Labels;
}

/** How a call went, in seconds and bytes. */
export interface CallFigures {
  readonly seconds: number;
  /** To the first byte of the body; null when there was none. */
  readonly firstTokenSeconds: number | null;
  readonly isStream: boolean;
  readonly responseBytes: number;
}

/** What only flow control knows. */
export interface FlowFigures {
  readonly saturation: number;
}

/** What the page shows of the moment. */
export interface Moment {
  readonly table: EndpointTable;
  /** Waiting in the router. */
  readonly queued: readonly InferenceRequest[];
  /** Sent, and to which address first. */
  readonly inFlight: readonly (readonly [request: InferenceRequest, address: string])[];
  /** Null when flow control is off. */
  readonly flow: FlowFigures | null;
}

export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #labelSets = new Map<string, LabelSet>();
  readonly #attempts = new Map<string, Labels>();
  #streams = 0;
  readonly #seen = new Map<string, Set<string>>();

  /** `scheduleSeconds`: what the router took over the event that brought the decision. */
  scheduled(scheduleSeconds: number): void {
    this.#registry.observe('llm_d_epp_scheduler_e2e_duration_seconds', {}, scheduleSeconds, SCHEDULE_SECONDS);
  }

  dispatched(request: InferenceRequest): void {
    const labels = this.#labels(request);
    this.#registry.add('llm_d_epp_request_total', labels);
    this.#registry.observe('llm_d_epp_request_size_bytes', labels, request.sizeBytes, BYTES);
  }

  /** A request has left flow control, to be sent (`rejection` null) or refused. */
  leftFlowControl(request: InferenceRequest, rejection: Rejection | null, seconds: number): void {
    const outcome = rejection === null ? 'Dispatched' : (OUTCOMES[rejection.reason ?? ''] ?? 'RejectedOther');
    const priority = String(request.priority);
    this.#registry.add('llm_d_epp_flow_control_requests_total', { outcome, priority, ...FLOW_POOL });
    const { fairness_id, model_name, target_model_name } = this.#labels(request);
    const labels = { fairness_id, priority, outcome, ...FLOW_POOL, model_name, target_model_name };
    const name = 'llm_d_epp_flow_control_request_queue_duration_seconds';
    this.#registry.observe(name, labels, seconds, QUEUE_SECONDS);
  }

  firstToken(request: InferenceRequest, seconds: number, streaming: boolean): void {
    const { streamed, whole } = this.#setOf(request);
    const labels = streaming ? streamed : whole;
    this.#registry.observe('llm_d_epp_request_ttft_seconds', labels, seconds, SECONDS);
  }

  /** Time between two parts of a streamed body. */
  gap(request: InferenceRequest, seconds: number): void {
    const name = 'llm_d_epp_request_streaming_itl_seconds';
    this.#registry.observe(name, this.#labels(request), seconds, TOKEN_SECONDS);
  }

  ended(request: InferenceRequest, figures: CallFigures, usage: ResponseUsage): void {
    const labels = this.#labels(request);
    const { seconds, firstTokenSeconds, isStream, responseBytes } = figures;
    const { promptTokens, outputTokens, cachedTokens } = usage;
    const observe = (name: string, value: number, bounds: readonly number[]): void =>
      this.#registry.observe(`llm_d_epp_${name}`, labels, value, bounds);
    observe('request_duration_seconds', seconds, SECONDS);
    observe('response_size_bytes', responseBytes, BYTES);
    observe('request_input_tokens', promptTokens, TOKENS);
    observe('request_cached_tokens', cachedTokens, TOKENS);
    observe('request_output_tokens', outputTokens, TOKENS);
    if (outputTokens > 0) observe('request_ntpot_seconds', seconds / outputTokens, TOKEN_SECONDS);
    if (!isStream || firstTokenSeconds === null || outputTokens <= 1) return;
    const tpot = (seconds - firstTokenSeconds) / (outputTokens - 1);
    observe('request_streaming_tpot_seconds', tpot, TOKEN_SECONDS);
  }

  failed(request: InferenceRequest | undefined, code: string): void {
    const labels = request === undefined ? NO_REQUEST : this.#labels(request);
    this.#registry.add('llm_d_epp_request_error_total', { ...labels, error_code: code });
  }

  attempted(model: string, endpoint: string, status: 'success' | 'failure'): void {
    const key = `${status}\n${model}\n${endpoint}`;
    let labels = this.#attempts.get(key);
    if (labels === undefined) {
      if (this.#attempts.size >= LABEL_SETS) this.#attempts.clear();
      labels = { status, target_model_name: this.#capped('model', model), endpoint_name: endpoint };
      this.#attempts.set(key, labels);
    }
    this.#registry.add('llm_d_epp_scheduler_attempts_total', labels);
  }

  streamBegan(): void {
    this.#countStreams(1);
  }

  /** An Envoy stream has ended with a gRPC code. */
  streamEnded(code: string, seconds: number): void {
    this.#countStreams(-1);
    this.#registry.add('llm_d_epp_extproc_streams_total', { code });
    this.#registry.observe('llm_d_epp_extproc_stream_duration_seconds', { code }, seconds, SECONDS);
  }

  #countStreams(change: 1 | -1): void {
    this.#streams += change;
    this.#registry.set('llm_d_epp_extproc_streams_inflight', {}, this.#streams);
  }

  /** Batches of KV events that were lost, won back by replay, or could not be read. */
  kvEvents(what: 'missed' | 'replayed' | 'malformed', count: number): void {
    if (count > 0) this.#registry.add('drydock_kv_event_batches_total', { outcome: what }, count);
  }

  pollFailed(): void {
    this.#registry.add('llm_d_epp_datalayer_poll_errors_total', { source_type: 'metrics-data-source' });
  }

  /** The page, with gauges of the fleet as the router sees it at this moment. */
  text({ table, queued, inFlight, flow }: Moment): string {
    const registry = this.#registry;
    const rows = [...table.rows];
    registry.set('llm_d_epp_ready_endpoints', POOL, rows.length);
    for (const [name, column] of [
      ['kv_cache_utilization', table.kvUsage],
      ['queue_size', table.waiting],
      ['running_requests', table.running],
    ] as const) {
      const [mean, deviation] = momentsOf(rows.map((row) => column[row]!));
      registry.set(`llm_d_epp_average_${name}`, POOL, mean);
      registry.set(`llm_d_epp_std_dev_${name}`, POOL, deviation);
    }
    registry.clear('llm_d_epp_per_endpoint_queue_size');
    for (const row of rows) {
      const labels = { ...POOL, model_server_endpoint: table.endpoints[row]!.id };
      registry.set('llm_d_epp_per_endpoint_queue_size', labels, table.waiting[row]!);
    }
    this.#countInFlight(inFlight);
    if (flow !== null) this.#countQueued(queued, flow);
    return registry.text();
  }

  #countInFlight(inFlight: Moment['inFlight']): void {
    const [running, counts] = [new Counts(), new Counts()];
    for (const [request, address] of inFlight) {
      const labels = this.#labels(request);
      const { fairness_id, priority } = labels;
      running.add(labels, 1);
      counts.add({ endpoint_name: address, fairness_id, priority }, 1);
    }
    running.show(this.#registry, 'llm_d_epp_request_running');
    counts.show(this.#registry, 'llm_d_epp_inflight_requests');
  }

  #countQueued(queued: readonly InferenceRequest[], flow: FlowFigures): void {
    const [sizes, bytes] = [new Counts(), new Counts()];
    for (const request of queued) {
      const { fairness_id, priority, model_name, target_model_name } = this.#labels(request);
      const labels = { fairness_id, priority, ...FLOW_POOL };
      const all = { ...labels, model_name, target_model_name };
      sizes.add(all, 1);
      bytes.add(all, request.sizeBytes);
    }
    sizes.show(this.#registry, 'llm_d_epp_flow_control_queue_size');
    bytes.show(this.#registry, 'llm_d_epp_flow_control_queue_bytes');
    const stage = { ...FLOW_POOL, stage: 'effective' };
    this.#registry.set('llm_d_epp_flow_control_pool_saturation', stage, flow.saturation);
  }

  #labels(request: InferenceRequest): RequestLabels {
    return this.#setOf(request).all;
  }

  /** The same objects for the same values, so that their texts are made once. */
  #setOf(request: InferenceRequest): LabelSet {
    const { incomingModel, model, fairnessId, priority } = request;
    const key = `${priority}\n${incomingModel}\n${model}\n${fairnessId}`;
    let set = this.#labelSets.get(key);
    if (set === undefined) {
      if (this.#labelSets.size >= LABEL_SETS) this.#labelSets.clear();
      const all = this.#makeLabels(request);
      set = { all, streamed: { ...all, streaming: 'true' }, whole: { ...all, streaming: 'false' } };
      this.#labelSets.set(key, set);
    }
    return set;
  }

  #makeLabels(request: InferenceRequest): RequestLabels {
    return {
      model_name: this.#capped('model', request.incomingModel),
      target_model_name: this.#capped('model', request.model),
      fairness_id: this.#capped('fairness', request.fairnessId),
      priority: String(request.priority),
    };
  }

  #capped(kind: string, value: string): string {
    let seen = this.#seen.get(kind);
    if (seen === undefined) {
      seen = new Set();
      this.#seen.set(kind, seen);
    }
    if (seen.has(value)) return value;
    if (seen.size >= LABEL_VALUES) return 'other';
    seen.add(value);
    return value;
  }
}

const NO_REQUEST: Labels = { model_name: '', target_model_name: '', fairness_id: '', priority: '0' };

/** Sums by label set, shown as a gauge in place of what it showed before. */
class Counts {
  readonly #sums = new Map<string, { readonly labels: Labels; sum: number }>();

  add(labels: Labels, by: number): void {
    const key = JSON.stringify(labels);
    const entry = this.#sums.get(key);
    if (entry === undefined) this.#sums.set(key, { labels, sum: by });
    else entry.sum += by;
  }

  show(registry: Registry, name: string): void {
    registry.clear(name);
    for (const { labels, sum } of this.#sums.values()) registry.set(name, labels, sum);
  }
}

/** Mean and (population) standard deviation; zeros of nothing. */
function momentsOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 0];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / values.length)];
}
