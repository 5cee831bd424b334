/** Latency objectives that a request carries in its headers, in ms. */
import type { InferenceRequest } from '../request.ts';

const TTFT_HEADERS = ['x-llm-d-slo-ttft-ms', 'x-slo-ttft-ms'] as const;
const TPOT_HEADERS = ['x-llm-d-slo-tpot-ms', 'x-slo-tpot-ms'] as const;

/** 0 when the request names none, as upstream counts it. */
export function sloTtftMs(request: InferenceRequest): number {
  return sloOf(request, TTFT_HEADERS);
}

/** 0 when the request names none. */
export function sloTpotMs(request: InferenceRequest): number {
  return sloOf(request, TPOT_HEADERS);
}

function sloOf(request: InferenceRequest, names: readonly string[]): number {
  for (const name of names) {
    const value = Number(request.headers.get(name) ?? Number.NaN);
    if (Number.isFinite(value) && value > 0) return value;
  }
  return 0;
}
