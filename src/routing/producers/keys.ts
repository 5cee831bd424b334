/** Producer names and the parameters with which consumers select a producer. */
import type { Fields } from '../config/fields.ts';

export const APPROXIMATE_PRODUCER = 'approx-prefix-cache-producer';
export const PRECISE_PRODUCER = 'precise-prefix-cache-producer';
export const INFLIGHT_PRODUCER = 'inflight-load-producer';
export const LATENCY_PRODUCER = 'predicted-latency-producer';
export const TOKEN_PRODUCER = 'token-producer';

/** Key of the tokenised prompt. */
export const TOKENIZED_PROMPT = { type: 'TokenizedPrompt', producer: TOKEN_PRODUCER } as const;

/** `prefixMatchInfoProducerName`, by default the approximate producer. */
export function matchProducerOf(fields: Fields): string {
  return fields.string('prefixMatchInfoProducerName', '') || APPROXIMATE_PRODUCER;
}

/** `inFlightLoadProducerName`. */
export function loadProducerOf(fields: Fields): string {
  return fields.string('inFlightLoadProducerName', '') || INFLIGHT_PRODUCER;
}

/** `latencyPredictionInfoProducerName`. */
export function latencyProducerOf(fields: Fields): string {
  return fields.string('latencyPredictionInfoProducerName', '') || LATENCY_PRODUCER;
}
