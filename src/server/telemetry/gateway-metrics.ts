/**
 * The router's own metrics under upstream's names. Source: router specification 7.1; docs/gateway.md lists what is not here, and
 * why.
 */
import type { FlowFigures } from '../../flow/figures.ts';
import type { KvEventCounts } from '../../prefix/kv-events.ts';
import type { ResponseUsage } from '../../routing/contract.ts';
import type { EndpointTable } from '../../routing/endpoint.ts';
import type { InferenceRequest } from '../../routing/request.ts';
import { DURATION_S, INTERNAL_S, PROCESSING_S } from './bounds.ts';
import { Counts } from './counts.ts';
import { FlowMetrics } from './flow-metrics.ts';
import { PluginMetrics } from './plugin-metrics.ts';
import { Registry } from './prometheus.ts';
import { type CallFigures, type RequestLabels, RequestSeries } from './request-series.ts';

/** Distinct values of a label that clients choose; later ones are counted as `other`. */
const LABEL_VALUES = 1000;
/** Label sets remembered at most. */
const LABEL_SETS = 10_000;
const POOL = { name: 'epp' };

type Labels = Readonly<Record<string, string>>;
/** What the labels of a request are made of. */
type Labelled = Pick<InferenceRequest, 'incomingModel' | 'model' | 'fairnessId' | 'priority'>;
/** What a request in flight is charged with by a producer of in-flight load, on one endpoint. */
export interface LoadShare {
  readonly producer: string;
  /** Id of the endpoint. */
  readonly endpoint: string;
  readonly requests: number;
  readonly tokens: number;
}

/** Which build serves. */
export interface BuildInfo {
  readonly commit: string;
  readonly ref: string;
}

/** What the page shows of the moment. */
export interface Moment {
  readonly nowUs: number;
  readonly table: EndpointTable;
  /** Waiting in the router. */
  readonly queued: readonly InferenceRequest[];
  /** Sent, and what they are charged with. */
  readonly inFlight: readonly (readonly [request: InferenceRequest, shares: readonly LoadShare[]])[];
  /** Null when flow control is off. */
  readonly flow: FlowFigures | null;
  /** Endpoints with old signals, by saturation detector that minds. */
  readonly stale: readonly (readonly [detector: string, endpoints: number])[];
  /** By precise producer. */
  readonly kvEvents: readonly KvEventCounts[];
}

export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly plugins = new PluginMetrics(this.#registry, (kind, value) => this.#capped(kind, value));
  readonly flow = new FlowMetrics(this.#registry, (request) => this.#labels(request));
  readonly #series = new Map<string, RequestSeries>();
  /** By target model and address, for those that answered. */
  readonly #answered = new Map<string, Map<string, () => void>>();
  /** Endpoint ids by address. */
  #ids: ReadonlyMap<string, string> = new Map();
  #streams = 0;
  readonly #seen = new Map<string, Set<string>>();

  /** `seconds`: what the router took over the event that brought a decision. */
  readonly scheduled = this.#registry.tally('llm_d_epp_scheduler_e2e_duration_seconds', {}, INTERNAL_S);
  /** `seconds` until a request was handled, waiting included: sent, or refused. */
  readonly processed = this.#registry.tally(
    'llm_d_epp_request_processing_duration_seconds',
    {},
    PROCESSING_S,
  );

  constructor({ commit, ref }: BuildInfo) {
    this.#registry.set('llm_d_epp_info', { commit, build_ref: ref }, 1);
  }

  /** Addresses are shown by the ids of their endpoints. */
  nameEndpoints(ids: ReadonlyMap<string, string>): void {
    this.#ids = ids;
    this.#answered.clear();
  }

  dispatched(request: InferenceRequest): void {
    const { sent, requestBytes } = this.#of(request);
    sent();
    requestBytes(request.sizeBytes);
  }

  /** A rewrite rule of the named resource has chosen the model. */
  rewritten(name: string, incoming: string, target: string): void {
    this.#registry.add('llm_d_epp_model_rewrite_decisions_total', {
      model_rewrite_name: name,
      model_name: this.#capped('model', incoming),
      target_model: this.#capped('model', target),
    });
  }

  firstToken(request: InferenceRequest, seconds: number, streaming: boolean): void {
    const { streamedTtft, wholeTtft } = this.#of(request);
    if (streaming) streamedTtft(seconds);
    else wholeTtft(seconds);
  }

  /** Time between two parts of a streamed body. */
  gap(request: InferenceRequest, seconds: number): void {
    this.#of(request).gap(seconds);
  }

  ended(request: InferenceRequest, figures: CallFigures, usage: ResponseUsage): void {
    this.#of(request).ended(figures, usage);
  }

  failed(request: InferenceRequest | undefined, code: string): void {
    const labels = request === undefined ? NO_REQUEST : this.#labels(request);
    this.#registry.add('llm_d_epp_request_error_total', { ...labels, error_code: code });
  }

  attempted(model: string, address: string, status: 'success' | 'failure'): void {
    if (status === 'failure') this.#attempts(model, address, status)();
    else this.#answers(model, address)();
  }

  #answers(model: string, address: string): () => void {
    let byAddress = this.#answered.get(model);
    if (byAddress === undefined) {
      if (this.#answered.size >= LABEL_VALUES) this.#answered.clear();
      byAddress = new Map();
      this.#answered.set(model, byAddress);
    }
    let answers = byAddress.get(address);
    if (answers === undefined) {
      answers = this.#attempts(model, address, 'success');
      byAddress.set(address, answers);
    }
    return answers;
  }

  #attempts(model: string, address: string, status: 'success' | 'failure'): () => void {
    return this.#registry.counter('llm_d_epp_scheduler_attempts_total', {
      ...{ status, target_model_name: this.#capped('model', model) },
      ...nameOf(this.#ids.get(address) ?? address),
      port: address.slice(address.lastIndexOf(':') + 1),
    });
  }

  streamBegan(): void {
    this.#countStreams(1);
  }

  /** An Envoy stream has ended with a gRPC code. */
  streamEnded(code: string, seconds: number): void {
    this.#countStreams(-1);
    this.#registry.add('llm_d_epp_extproc_streams_total', { code });
    this.#registry.observe('llm_d_epp_extproc_stream_duration_seconds', { code }, seconds, DURATION_S);
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
    this.#registry.add('llm_d_epp_datalayer_poll_errors_total', SOURCE);
  }

  /** A metrics page lacked what its engine should tell. */
  extractFailed(): void {
    const labels = { ...SOURCE, extractor_type: 'core-metrics-extractor' };
    this.#registry.add('llm_d_epp_datalayer_extract_errors_total', labels);
  }

  /** Sockets on which KV events are listened to. */
  kvSubscribers(count: number): void {
    this.#registry.set('llm_d_epp_kv_cache_events_active_subscribers', {}, count);
  }

  kvMessage(endpoint: string): void {
    const labels = { pod_identifier: endpoint };
    this.#registry.add('llm_d_epp_kv_cache_events_subscriber_messages_received_total', labels);
  }

  /** The page, with gauges of the fleet as the router sees it at this moment. */
  text({ nowUs, table, queued, inFlight, flow, stale, kvEvents }: Moment): string {
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
    this.plugins.refresh(nowUs);
    if (flow !== null) this.flow.refresh(queued, flow, stale);
    this.#countKvEvents(kvEvents);
    return registry.text();
  }

  #countInFlight(inFlight: Moment['inFlight']): void {
    const [running, requests, tokens] = [new Counts(), new Counts(), new Counts()];
    for (const [request, shares] of inFlight) {
      const labels = this.#labels(request);
      const { fairness_id, priority } = labels;
      running.add(labels, 1);
      for (const share of shares) {
        const of = { ...nameOf(share.endpoint), producer_name: share.producer, fairness_id, priority };
        requests.add(of, share.requests);
        tokens.add(of, share.tokens);
      }
    }
    running.show(this.#registry, 'llm_d_epp_request_running');
    requests.show(this.#registry, 'llm_d_epp_inflight_requests');
    tokens.show(this.#registry, 'llm_d_epp_inflight_tokens');
  }

  #countKvEvents(all: Moment['kvEvents']): void {
    if (all.length === 0) return;
    const sum = (of: keyof KvEventCounts): number => all.reduce((total, one) => total + one[of], 0);
    const show = (name: string, labels: Labels, of: keyof KvEventCounts): void =>
      this.#registry.count(`llm_d_epp_kv_cache_events_${name}_total`, labels, sum(of));
    show('dedup_removed_hashes_suppressed', {}, 'removalsSuppressed');
    show('dedup_removed_hashes_forwarded', {}, 'removalsForwarded');
    show('stores_skipped', { reason: 'unknown_parent' }, 'storesSkippedUnknownParent');
    show('stores_skipped', { reason: 'cache_kind' }, 'storesSkippedKind');
    show('removals_skipped', { reason: 'cache_kind' }, 'removalsSkippedKind');
  }

  #labels(request: InferenceRequest): RequestLabels {
    return this.#of(request).labels;
  }

  /** Most requests are like the one before. */
  #of(request: InferenceRequest): RequestSeries {
    const { incomingModel, model, fairnessId, priority } = request;
    const last = this.#last;
    if (
      last !== null &&
      last.incomingModel === incomingModel &&
      last.model === model &&
      last.fairnessId === fairnessId &&
      last.priority === priority
    ) {
      return last.series;
    }
    const series = this.#found(request);
    this.#last = { incomingModel, model, fairnessId, priority, series };
    return series;
  }

  #last: (Labelled & { readonly series: RequestSeries }) | null = null;

  #found({ incomingModel, model, fairnessId, priority }: InferenceRequest): RequestSeries {
    const key = `${priority}\n${incomingModel}\n${model}\n${fairnessId}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= LABEL_SETS) this.#series.clear();
      series = new RequestSeries(
        this.#registry,
        this.#makeLabels({ incomingModel, model, fairnessId, priority }),
      );
      this.#series.set(key, series);
    }
    return series;
  }

  #makeLabels(request: Labelled): RequestLabels {
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

const SOURCE = { source_type: 'metrics-data-source' };
const NO_REQUEST: Labels = { model_name: '', target_model_name: '', fairness_id: '', priority: '0' };

/** Name and namespace of an endpoint; ids outside of Kubernetes have no namespace. */
function nameOf(id: string): Readonly<Record<'endpoint_name' | 'namespace', string>> {
  const slash = id.indexOf('/');
  return { endpoint_name: id.slice(slash + 1), namespace: slash < 0 ? '' : id.slice(0, slash) };
}

/** Mean and (population) standard deviation; zeros of nothing. */
function momentsOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 0];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / values.length)];
}
