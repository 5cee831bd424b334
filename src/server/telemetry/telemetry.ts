/** What listens to calls besides metrics: logs and traces. No listener is given bodies or credentials. */
import type { Dispatch, Rejection, ResponseUsage, TerminationCause } from '../../routing/contract.ts';
import type { InferenceRequest } from '../../routing/request.ts';

/** Listens to all calls. */
export interface Telemetry {
  /** A call begins. `headers`: those that the router may see. */
  arrived(requestId: string, headers: ReadonlyMap<string, string>): CallTelemetry;
}

/** Listens to one call; one of `ended` and `rejected` is last. */
export interface CallTelemetry {
  dispatched(request: InferenceRequest, dispatch: Dispatch, addresses: readonly string[]): void;
  firstToken(): void;
  ended(cause: TerminationCause, usage: ResponseUsage): void;
  rejected(rejection: Rejection): void;
  /** Headers that carry the call's trace on to the model server. */
  propagation(): Readonly<Record<string, string>>;
}
