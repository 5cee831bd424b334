/** Requests, pools and a recording output for the tests of flow control. */
import { FlowControl, type FlowOutput, type FlowSettings } from '../../src/flow/flow-control.ts';
import type { Refusal } from '../../src/flow/outcome.ts';
import { GLOBAL_STRICT_FAIRNESS } from '../../src/flow/policies/global-strict.ts';
import { FCFS_ORDERING } from '../../src/flow/policies/ordering.ts';
import { staticUsageLimit } from '../../src/flow/policies/usage-limits.ts';
import type { SaturationDetector } from '../../src/flow/policy.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';
import { type InferenceRequest, NO_HEADERS, type PromptIdentity } from '../../src/routing/request.ts';

const NO_KEYS = new Uint32Array(0);
const PROMPT: PromptIdentity = { tokens: 0, approximateKeys: () => NO_KEYS, preciseKeys: () => null };

/** A request with what a test cares about. */
export function request(id: number, fields: Partial<InferenceRequest> = {}): InferenceRequest {
  return {
    id,
    requestId: `request-${id}`,
    model: 'm',
    incomingModel: 'm',
    arrivalUs: 0,
    priority: 0,
    fairnessId: 'default-flow',
    prompt: PROMPT,
    maxOutputTokens: 0,
    sizeBytes: 100,
    headers: NO_HEADERS,
    multimodal: null,
    subset: null,
    ...fields,
  };
}

/**
 * A pool of endpoints with the given roles (null: no label); in-flight columns may be written by the test.
 */
export function pool(roles: readonly (string | null)[] = [null]) {
  const table = new EndpointTable();
  for (const [index, role] of roles.entries()) {
    const labels: Record<string, string> = role === null ? {} : { 'llm-d.ai/role': role };
    table.add({ id: `default/pod-${index}`, address: `10.0.0.${index}:8000`, labels });
  }
  return { table, inFlight: { requests: new Float64Array(16), tokens: new Float64Array(16) } };
}

/** A detector whose saturation the test sets. */
export class Dial implements SaturationDetector {
  level: number;
  readonly reclaimGraceUs: number = 10_000;

  constructor(level: number) {
    this.level = level;
  }

  saturation(_rows: Int32Array, count: number): number {
    return count === 0 ? 1 : this.level;
  }
}

/** Band limits and policies of upstream's defaults. */
export const BAND = {
  maxBytes: 1e9,
  maxRequests: 5000,
  fairness: GLOBAL_STRICT_FAIRNESS,
  ordering: FCFS_ORDERING,
};

/** Settings with upstream's defaults. */
export function settings(fields: Partial<FlowSettings> = {}): FlowSettings {
  return {
    maxBytes: 0,
    maxRequests: 0,
    requestTtlUs: 60_000_000,
    noEndpointTtlUs: 60_000_000,
    bands: [],
    defaultBand: BAND,
    defaultNegativeBand: BAND,
    detector: new Dial(0),
    usageLimit: staticUsageLimit(1),
    eviction: null,
    ...fields,
  };
}

/** One line per decision: what, request id, when. */
export class Journal implements FlowOutput {
  readonly lines: string[] = [];
  /** Called after each admission, e.g. to mark the request dispatched. */
  onAdmit: (request: InferenceRequest, nowUs: number) => void = () => undefined;

  admit(admitted: InferenceRequest, _queuedUs: number, nowUs: number): void {
    this.lines.push(`admit ${admitted.id} @${nowUs}`);
    this.onAdmit(admitted, nowUs);
  }

  refuse(refused: InferenceRequest, outcome: Refusal, _queuedUs: number, nowUs: number): void {
    this.lines.push(`${outcome} ${refused.id} @${nowUs}`);
  }

  revoke(revoked: InferenceRequest, nowUs: number): void {
    this.lines.push(`revoke ${revoked.id} @${nowUs}`);
  }

  /** Ids admitted, in order. */
  get admitted(): number[] {
    return this.lines.filter((line) => line.startsWith('admit')).map((line) => Number(line.split(' ')[1]));
  }
}

/** A controller over a one-endpoint pool with its journal. */
export function controller(fields: Partial<FlowSettings> = {}, signals = pool()) {
  const journal = new Journal();
  const flow = new FlowControl(settings(fields), signals.table, journal);
  return { flow, journal, signals };
}

/** Follows the controller's wake-ups up to and including `untilUs`; returns the next one. */
export function runUntil(flow: FlowControl, untilUs: number, fromUs: number): number {
  let next = flow.advance(fromUs);
  while (next <= untilUs) next = flow.advance(next);
  return next;
}
