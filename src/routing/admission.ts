/**
 * Admission: what stands between arrival and scheduling. Two implementations: `LegacyAdmission` (upstream's default,
 * which only sheds negative priorities and holds nothing back) and `FlowAdmission` (feature gate flowControl), which
 * drives the queues of src/flow.
 */
import { FlowControl, type FlowSettings } from '../flow/flow-control.ts';
import { legacyAdmission } from '../flow/legacy-admission.ts';
import { REJECTION_OF } from '../flow/outcome.ts';
import type { SaturationDetector } from '../flow/policy.ts';
import type { Rejection } from './contract.ts';
import type { EndpointTable } from './endpoint.ts';
import type { InferenceRequest } from './request.ts';

/** Where admission's decisions go. */
export interface AdmissionOutput {
  /** Schedule this request now. */
  admit(request: InferenceRequest, nowUs: number): void;
  refuse(request: InferenceRequest, rejection: Rejection, nowUs: number): void;
  /** An in-flight request is to be evicted. */
  revoke(request: InferenceRequest, nowUs: number): void;
  /** Candidates of a request by its subset hint. */
  subsetRows(request: InferenceRequest): Int32Array;
}

/** Holds, refuses or lets through what arrives. Every request that arrives leaves once, by `admit` or `refuse`. */
export interface Admission {
  readonly queued: number;
  arrive(request: InferenceRequest, nowUs: number): void;
  /** Drops a queued request and refuses it; false when it is not queued here. */
  cancel(request: InferenceRequest, nowUs: number): boolean;
  /** An admitted request has been sent to an endpoint. */
  dispatched(request: InferenceRequest, nowUs: number): void;
  /** A dispatched request has ended. */
  finished(request: InferenceRequest, nowUs: number): void;
  endpointRemoved(row: number, nowUs: number): void;
  /** Does what is due; returns the next wake-up in µs, or Infinity. */
  advance(nowUs: number): number;
}

/** Admission with the gate off. */
export class LegacyAdmission implements Admission {
  readonly queued = 0;
  readonly #detector: SaturationDetector;
  readonly #output: AdmissionOutput;

  constructor(detector: SaturationDetector, output: AdmissionOutput) {
    this.#detector = detector;
    this.#output = output;
  }

  arrive(request: InferenceRequest, nowUs: number): void {
    if (request.priority < 0) {
      const rows = this.#output.subsetRows(request);
      const rejection = legacyAdmission(request, rows, rows.length, this.#detector, nowUs);
      if (rejection !== null) {
        this.#output.refuse(request, rejection, nowUs);
        return;
      }
    }
    this.#output.admit(request, nowUs);
  }

  cancel(): boolean {
    return false;
  }

  dispatched(): void {}

  finished(): void {}

  endpointRemoved(): void {}

  advance(): number {
    return Number.POSITIVE_INFINITY;
  }
}

/** Admission through flow control. */
export class FlowAdmission implements Admission {
  readonly flow: FlowControl;

  constructor(settings: FlowSettings, table: EndpointTable, output: AdmissionOutput) {
    this.flow = new FlowControl(settings, table, {
      admit: (request, _queuedUs, nowUs) => output.admit(request, nowUs),
      refuse: (request, outcome, _queuedUs, nowUs) => output.refuse(request, REJECTION_OF[outcome], nowUs),
      revoke: (request, nowUs) => output.revoke(request, nowUs),
    });
  }

  get queued(): number {
    return this.flow.queued;
  }

  arrive(request: InferenceRequest, nowUs: number): void {
    this.flow.arrive(request, nowUs);
  }

  cancel(request: InferenceRequest, nowUs: number): boolean {
    return this.flow.cancel(request, nowUs);
  }

  dispatched(request: InferenceRequest, nowUs: number): void {
    this.flow.dispatched(request, nowUs);
  }

  finished(request: InferenceRequest, nowUs: number): void {
    this.flow.finished(request, nowUs);
  }

  endpointRemoved(row: number, nowUs: number): void {
    this.flow.endpointRemoved(row, nowUs);
  }

  advance(nowUs: number): number {
    return this.flow.advance(nowUs);
  }
}
