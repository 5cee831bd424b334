/**
 * The Envoy door: a gRPC server with the external processor (v3) that an llm-d or Gateway API data plane asks for endpoints,
 * and the health service that its probes ask. Source: router specification 1.1, 1.2.
 */
import { performance } from 'node:perf_hooks';
import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
} from '@grpc/grpc-js';
import type { LiveRouter } from '../live-router.ts';
import { EnvoyStream, type Wire } from './envoy-stream.ts';
import {
  type Codec,
  HEALTH_REQUEST,
  HEALTH_RESPONSE,
  PROCESSING_REQUEST,
  PROCESSING_RESPONSE,
  type ProcessingRequest,
  type ProcessingResponse,
} from './protos.ts';

/** How the server is set up. */
export interface ExtProcOptions {
  readonly bodyLimitBytes: number;
  /** PEM texts; null: without TLS. */
  readonly tls: { readonly key: Buffer; readonly cert: Buffer } | null;
  /** False before endpoints are known and once draining: tells health probes. */
  readonly isReady: () => boolean;
  /** A connection that does not answer a ping is half-open, and closed. Absent: asked every 30 s, for 10 s. */
  readonly keepalive?: { readonly everyMs: number; readonly timeoutMs: number };
}

const KEEPALIVE = { everyMs: 30_000, timeoutMs: 10_000 };

const LIVENESS = 'liveness';

function method<Request, Response>(
  path: string,
  isStream: boolean,
  request: Codec<Request>,
  response: Codec<Response>,
) {
  return {
    path,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: (value: Request) => request.encode(value),
    requestDeserialize: (bytes: Buffer) => request.decode(bytes),
    responseSerialize: (value: Response) => response.encode(value),
    responseDeserialize: (bytes: Buffer) => response.decode(bytes),
  };
}

/** The external processor's one method. */
export const EXTERNAL_PROCESSOR = {
  process: method(
    '/envoy.service.ext_proc.v3.ExternalProcessor/Process',
    true,
    PROCESSING_REQUEST,
    PROCESSING_RESPONSE,
  ),
};

/** gRPC health checks; `Watch` is left out, as upstream does. */
export const HEALTH = {
  check: method('/grpc.health.v1.Health/Check', false, HEALTH_REQUEST, HEALTH_RESPONSE),
};

export class ExtProcServer {
  readonly #options: ExtProcOptions;
  readonly #server: Server;
  readonly #streams = new Set<EnvoyStream>();

  constructor(live: LiveRouter, options: ExtProcOptions) {
    this.#options = options;
    // Bodies come in messages of at most Envoy's buffer limit; the default of 4 MiB is above that.
    const { everyMs, timeoutMs } = options.keepalive ?? KEEPALIVE;
    this.#server = new Server({
      'grpc.keepalive_time_ms': everyMs,
      'grpc.keepalive_timeout_ms': timeoutMs,
    });
    const process: handleBidiStreamingCall<ProcessingRequest, ProcessingResponse> = (call) => {
      const stream = new EnvoyStream(live, wireOf(call), options.bodyLimitBytes);
      this.#streams.add(stream);
      const beganMs = performance.now();
      live.metrics.streamBegan();
      const ended = (code: string | null): void => {
        if (!this.#streams.delete(stream)) return;
        // A client that breaks off is seen as one that has sent all: only the stream knows that it was not through.
        const wasThrough = stream.closed();
        live.metrics.streamEnded(
          code ?? (wasThrough ? 'OK' : 'CANCELLED'),
          (performance.now() - beganMs) / 1000,
        );
      };
      call.on('data', (message: ProcessingRequest) => stream.message(message));
      call.on('end', () => {
        ended(null);
        call.end();
      });
      call.on('cancelled', () => ended('CANCELLED'));
      call.on('error', ({ code }: { code?: number }) => ended(status[code ?? status.UNKNOWN] ?? 'UNKNOWN'));
      call.on('finish', () => ended(null));
    };
    this.#server.addService(EXTERNAL_PROCESSOR, { process });
    const check: handleUnaryCall<{ service?: string }, { status: string }> = ({ request }, answer) => {
      const isServing = request.service === LIVENESS || options.isReady();
      answer(null, { status: isServing ? 'SERVING' : 'NOT_SERVING' });
    };
    this.#server.addService(HEALTH, { check });
  }

  /** Starts to listen; resolves with the port. */
  listen(port: number, host: string): Promise<number> {
    const { tls } = this.#options;
    const credentials =
      tls === null
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.cert }]);
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(
        `${host.includes(':') ? `[${host}]` : host}:${port}`,
        credentials,
        (error, bound) => {
          if (error === null) resolve(bound);
          else reject(error);
        },
      );
    });
  }

  /** Streams that are open. */
  get open(): number {
    return this.#streams.size;
  }

  /** Takes no new streams, waits up to `timeoutMs` for the open ones, then ends them. */
  async drain(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      // A peer that is gone without a word never closes its side: whoever is cut off is not waited for.
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, timeoutMs);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function wireOf(call: ServerDuplexStream<ProcessingRequest, ProcessingResponse>): Wire {
  return {
    write: (message) => {
      if (!call.destroyed && !call.writableEnded) call.write(message);
    },
    end: () => {
      if (!call.destroyed && !call.writableEnded) call.end();
    },
    fail: (name, details) => {
      call.emit('error', { code: status[name], details });
    },
  };
}
