/** The series of requests that have the same labels, each found once: every request adds to a dozen of them. */
import type { ResponseUsage } from '../../routing/contract.ts';
import {
  DURATION_S,
  ITL_S,
  NTPOT_S,
  OUTPUT_TOKENS,
  REQUEST_BYTES,
  RESPONSE_BYTES,
  TOKENS,
  TPOT_S,
  TTFT_S,
} from './bounds.ts';
import type { Registry } from './prometheus.ts';

export type RequestLabels = Readonly<
  Record<'model_name' | 'target_model_name' | 'fairness_id' | 'priority', string>
>;

/** How a call went, in seconds and bytes. */
export interface CallFigures {
  readonly seconds: number;
  /** To the first byte of the body; null when there was none. */
  readonly firstTokenSeconds: number | null;
  readonly isStream: boolean;
  readonly responseBytes: number;
}

type Tally = (value: number) => void;

export class RequestSeries {
  readonly labels: RequestLabels;
  /** Requests sent. */
  readonly sent: () => void;
  readonly requestBytes: Tally;
  readonly streamedTtft: Tally;
  readonly wholeTtft: Tally;
  /** Time between two parts of a streamed body, s. */
  readonly gap: Tally;
  readonly #seconds: Tally;
  readonly #responseBytes: Tally;
  readonly #inputTokens: Tally;
  readonly #cachedTokens: Tally;
  readonly #outputTokens: Tally;
  readonly #ntpot: Tally;
  readonly #tpot: Tally;

  constructor(registry: Registry, labels: RequestLabels) {
    const tally = (name: string, bounds: readonly number[]): Tally =>
      registry.tally(`llm_d_epp_${name}`, labels, bounds);
    const ttft = (streaming: string): Tally =>
      registry.tally('llm_d_epp_request_ttft_seconds', { ...labels, streaming }, TTFT_S);
    this.labels = labels;
    this.sent = registry.counter('llm_d_epp_request_total', labels);
    this.requestBytes = tally('request_size_bytes', REQUEST_BYTES);
    this.streamedTtft = ttft('true');
    this.wholeTtft = ttft('false');
    this.gap = tally('request_streaming_itl_seconds', ITL_S);
    this.#seconds = tally('request_duration_seconds', DURATION_S);
    this.#responseBytes = tally('response_size_bytes', RESPONSE_BYTES);
    this.#inputTokens = tally('request_input_tokens', TOKENS);
    this.#cachedTokens = tally('request_cached_tokens', TOKENS);
    this.#outputTokens = tally('request_output_tokens', OUTPUT_TOKENS);
    this.#ntpot = tally('request_ntpot_seconds', NTPOT_S);
    this.#tpot = tally('request_streaming_tpot_seconds', TPOT_S);
  }

  ended({ seconds, firstTokenSeconds, isStream, responseBytes }: CallFigures, usage: ResponseUsage): void {
    const { promptTokens, outputTokens, cachedTokens } = usage;
    this.#seconds(seconds);
    this.#responseBytes(responseBytes);
    this.#inputTokens(promptTokens);
    this.#cachedTokens(cachedTokens);
    this.#outputTokens(outputTokens);
    if (outputTokens > 0) this.#ntpot(seconds / outputTokens);
    if (!isStream || firstTokenSeconds === null || outputTokens <= 1) return;
    this.#tpot((seconds - firstTokenSeconds) / (outputTokens - 1));
  }
}
