/**
 * Where the time of a request goes: its way cut into phases that follow each other, so that they add up to TTFT and E2E.
 *
 *   arrival -[retry]-[flowControl]- dispatch -[frontEnd]- engine queue -[queue]- admission -[prefill]- first token -[decode]- end
 *
 * With disaggregation `prefill` ends with the prefill leg; then come `transfer` (KV on the way) and `decodeWait`: hand-over,
 * the decode engine's queue and its first step. `preemption` is the time back in the queue after a preemption, wherever it
 * falls; what is computed a second time counts as prefill before the first token and as decode after it.
 */
import type { SimRequest } from '../workload/request.ts';

/** The phases, in the order in which they come. */
export const PHASES = [
  'retry',
  'flowControl',
  'frontEnd',
  'queue',
  'prefill',
  'transfer',
  'decodeWait',
  'preemption',
  'decode',
] as const;
export type Phase = (typeof PHASES)[number];

const RETRY = 0;
const FLOW_CONTROL = 1;
const FRONT_END = 2;
const QUEUE = 3;
const PREFILL = 4;
const TRANSFER = 5;
const DECODE_WAIT = 6;
const PREEMPTION = 7;
const DECODE = 8;

/** Phases of a completed request up to its first token, µs: they add up to TTFT. */
export function writeFirstPhases(request: SimRequest, first: Float64Array): void {
  const { course } = request;
  const { arrivalUs } = request.request;
  const attemptUs = course.attemptSinceUs < 0 ? arrivalUs : course.attemptSinceUs;
  first[RETRY] = attemptUs - arrivalUs;
  first[FLOW_CONTROL] = course.dispatchedUs - attemptUs;
  first[FRONT_END] = course.deliveredUs - course.dispatchedUs;
  first[QUEUE] = course.firstQueueUs;
  first[PREFILL] = course.prefillUs;
  first[TRANSFER] = course.attemptTransferUs;
  first[PREEMPTION] = course.preemptedFirstUs;
  const known = course.deliveredUs + course.firstQueueUs + course.prefillUs + course.attemptTransferUs;
  const rest = course.firstTokenUs - known - course.preemptedFirstUs;
  // Whole requests have nothing left over but rounding, which goes where their prefill is.
  if (course.prefillEndpoint < 0) first[PREFILL] = course.prefillUs + rest;
  first[DECODE_WAIT] = course.prefillEndpoint < 0 ? 0 : rest;
  first[DECODE] = 0;
}

/** Makes the phases up to the first token into those of the whole request, in place: they add up to E2E. */
export function addDecodePhases({ course }: SimRequest, phases: Float64Array): void {
  phases[PREEMPTION] = course.preemptedUs;
  const laterUs = course.preemptedUs - course.preemptedFirstUs;
  phases[DECODE] = course.endUs - course.firstTokenUs - laterUs;
}
