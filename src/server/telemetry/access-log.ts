/**
 * One structured line for each call, when it has ended: who, what, where, how long. Prompts, answers and credentials never appear.
 */
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Dispatch, Rejection, ResponseUsage, TerminationCause } from '../../routing/contract.ts';
import type { InferenceRequest } from '../../routing/request.ts';
import type { CallTelemetry, Telemetry } from './telemetry.ts';

export class AccessLog implements Telemetry {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  arrived(requestId: string): CallTelemetry {
    return new LoggedCall(this.#logger, requestId);
  }
}

class LoggedCall implements CallTelemetry {
  readonly #logger: Logger;
  readonly #requestId: string;
  readonly #startMs = performance.now();
  #sent: Readonly<Record<string, unknown>> = {};
  #firstMs: number | null = null;

  constructor(logger: Logger, requestId: string) {
    this.#logger = logger;
    this.#requestId = requestId;
  }

  dispatched(request: InferenceRequest, dispatch: Dispatch, addresses: readonly string[]): void {
    const { incomingModel, model, fairnessId, priority } = request;
    const prefiller = dispatch.headers.get('x-prefiller-host-port');
    this.#sent = {
      model: incomingModel,
      targetModel: model,
      fairnessId,
      priority,
      endpoint: addresses[0],
      ...(prefiller === undefined ? {} : { prefiller }),
      queueMs: this.#sinceMs(),
    };
  }

  firstToken(): void {
    this.#firstMs = this.#sinceMs();
  }

  ended(cause: TerminationCause, usage: ResponseUsage): void {
    const fields = { ...this.#fields(), cause, ...usage };
    if (cause === 'natural') this.#logger.info(fields, 'request');
    else this.#logger.warn(fields, 'request');
  }

  rejected({ status, code, reason }: Rejection): void {
    this.#logger.warn({ ...this.#fields(), cause: 'rejected', status, code, reason }, 'request');
  }

  propagation(): Readonly<Record<string, string>> {
    return {};
  }

  #fields(): Readonly<Record<string, unknown>> {
    const ttft = this.#firstMs === null ? {} : { ttftMs: this.#firstMs };
    return { requestId: this.#requestId, ...this.#sent, ...ttft, durationMs: this.#sinceMs() };
  }

  #sinceMs(): number {
    return Math.round((performance.now() - this.#startMs) * 1000) / 1000;
  }
}
