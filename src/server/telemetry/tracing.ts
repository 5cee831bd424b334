/**
 * OpenTelemetry traces under upstream's span names: `gateway.request` around a call and `gateway.request_orchestration` until it is
 * sent; the context goes on to the model server. Source: router specification 7.2.
 */
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { Dispatch, Rejection, ResponseUsage, TerminationCause } from '../../routing/contract.ts';
import type { InferenceRequest } from '../../routing/request.ts';
import type { CallTelemetry, Telemetry } from './telemetry.ts';

/** Share of calls that are traced when the caller has not decided; upstream's default. */
export const DEFAULT_RATIO = 0.1;

const propagator = new W3CTraceContextPropagator();
const MAP_GETTER = {
  get: (map: ReadonlyMap<string, string>, key: string) => map.get(key),
  keys: (map: ReadonlyMap<string, string>) => [...map.keys()],
};
const RECORD_SETTER = {
  set: (record: Record<string, string>, key: string, value: string) => {
    record[key] = value;
  },
};

/** The exporter that OTEL_TRACES_EXPORTER names: `otlp` over HTTP (OTEL_EXPORTER_OTLP_* say where), or `console`. */
export function exporterOf(name: 'otlp' | 'console'): SpanExporter {
  return name === 'otlp' ? new OTLPTraceExporter() : new ConsoleSpanExporter();
}

export class Tracing implements Telemetry {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;

  constructor(exporter: SpanExporter, ratio: number) {
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'drydock' }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    this.#tracer = this.#provider.getTracer('drydock');
  }

  arrived(requestId: string, headers: ReadonlyMap<string, string>): CallTelemetry {
    return new TracedCall(this.#tracer, propagator.extract(ROOT_CONTEXT, headers, MAP_GETTER), requestId);
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    await this.#provider.shutdown();
  }
}

class TracedCall implements CallTelemetry {
  readonly #context: Context;
  readonly #call: Span;
  readonly #orchestration: Span;

  constructor(tracer: Tracer, parent: Context, requestId: string) {
    const attributes = { 'gen_ai.request.id': requestId };
    this.#call = tracer.startSpan('gateway.request', { kind: SpanKind.SERVER, attributes }, parent);
    this.#context = trace.setSpan(parent, this.#call);
    this.#orchestration = tracer.startSpan('gateway.request_orchestration', {}, this.#context);
  }

  dispatched(request: InferenceRequest, dispatch: Dispatch, addresses: readonly string[]): void {
    this.#call.setAttribute('gen_ai.request.model', request.incomingModel);
    this.#orchestration.setAttributes({
      target_model: request.model,
      request_prio: request.priority,
      top_endpoints: [...addresses],
      profiles: dispatch.picks.map(({ profile }) => profile),
    });
    this.#orchestration.end();
  }

  firstToken(): void {
    this.#call.addEvent('first_token');
  }

  ended(cause: TerminationCause, usage: ResponseUsage): void {
    this.#call.setAttributes({
      'gen_ai.usage.input_tokens': usage.promptTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
      termination_cause: cause,
    });
    if (cause === 'error') this.#call.setStatus({ code: SpanStatusCode.ERROR });
    this.#call.end();
  }

  rejected({ code, message }: Rejection): void {
    this.#orchestration.setStatus({ code: SpanStatusCode.ERROR, message });
    this.#orchestration.end();
    this.#call.setStatus({ code: SpanStatusCode.ERROR, message: code });
    this.#call.end();
  }

  propagation(): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {};
    propagator.inject(this.#context, headers, RECORD_SETTER);
    return headers;
  }
}
