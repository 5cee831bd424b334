/** The gateway's own metrics, under upstream's names. Source: router specification 7.1. */
import type { EndpointTable } from '../routing/endpoint.ts';
import type { InferenceRequest } from '../routing/request.ts';
import { Registry } from './prometheus.ts';

const SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 20, 60, 120, 600, 3600];
const TOKENS = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 131072, 1048576];
const BYTES = [64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 16777216, 1073741824];
/** Distinct values of a label that clients choose; later ones are counted as `other`. */
const LABEL_VALUES = 1000;
const POOL = { name: 'epp' };

type Labels = Readonly<Record<string, string>>;

export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #running = new Map<string, number>();
  readonly #seen = new Map<string, Set<string>>();

  dispatched(request: InferenceRequest): void {
    const labels = this.#labels(request);
    this.#registry.add('llm_d_epp_request_total', labels);
    this.#registry.observe('llm_d_epp_request_size_bytes', labels, request.sizeBytes, BYTES);
    this.#run(request, 1);
  }

  firstToken(request: InferenceRequest, seconds: number, streaming: boolean): void {
    const labels = { ...this.#labels(request), streaming: String(streaming) };
    this.#registry.observe('llm_d_epp_request_ttft_seconds', labels, seconds, SECONDS);
  }

  ended(request: InferenceRequest, seconds: number, inputTokens: number, outputTokens: number): void {
    const labels = this.#labels(request);
    this.#run(request, -1);
    this.#registry.observe('llm_d_epp_request_duration_seconds', labels, seconds, SECONDS);
    this.#registry.observe('llm_d_epp_request_input_tokens', labels, inputTokens, TOKENS);
    this.#registry.observe('llm_d_epp_request_output_tokens', labels, outputTokens, TOKENS);
  }

  failed(request: InferenceRequest | undefined, code: string): void {
    const labels = request === undefined ? NO_REQUEST : this.#labels(request);
    this.#registry.add('llm_d_epp_request_error_total', { ...labels, error_code: code });
  }

  attempted(model: string, endpoint: string, status: 'success' | 'failure'): void {
    const labels = { status, target_model_name: this.#capped('model', model), endpoint_name: endpoint };
    this.#registry.add('llm_d_epp_scheduler_attempts_total', labels);
  }

  /** Batches of KV events that were lost, won back by replay, or could not be read. */
  kvEvents(what: 'missed' | 'replayed' | 'malformed', count: number): void {
    if (count > 0) this.#registry.add('drydock_kv_event_batches_total', { outcome: what }, count);
  }

  pollFailed(): void {
    this.#registry.add('llm_d_epp_datalayer_poll_errors_total', { source_type: 'metrics-data-source' });
  }

  /** The page, with gauges of the fleet as the router sees it at this moment. */
  text(table: EndpointTable, queued: number): string {
    const registry = this.#registry;
    const rows = [...table.rows];
    const mean = (column: Float64Array): number =>
      rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + column[row]!, 0) / rows.length;
    registry.set('llm_d_epp_ready_endpoints', POOL, rows.length);
    registry.set('llm_d_epp_average_kv_cache_utilization', POOL, mean(table.kvUsage));
    registry.set('llm_d_epp_average_queue_size', POOL, mean(table.waiting));
    registry.set('llm_d_epp_average_running_requests', POOL, mean(table.running));
    registry.set('llm_d_epp_flow_control_queue_size', { inference_pool: 'epp' }, queued);
    registry.clear('llm_d_epp_per_endpoint_queue_size');
    for (const row of rows) {
      const labels = { ...POOL, model_server_endpoint: table.endpoints[row]!.id };
      registry.set('llm_d_epp_per_endpoint_queue_size', labels, table.waiting[row]!);
    }
    return registry.text();
  }

  #run(request: InferenceRequest, change: number): void {
    const labels = this.#labels(request);
    const key = JSON.stringify(labels);
    const running = (this.#running.get(key) ?? 0) + change;
    this.#running.set(key, running);
    this.#registry.set('llm_d_epp_request_running', labels, running);
  }

  #labels(request: InferenceRequest): Labels {
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
