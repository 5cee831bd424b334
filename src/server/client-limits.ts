/** Limits against slow and silent clients, the same before model servers (sidecar) as before a fleet (gateway). */
import type { ServerOptions } from 'node:http';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** How often connections are checked against these. */
const CHECK_MS = 1000;
const HEADER_LIMIT_BYTES = 32 * 1024;
/** Silence after which TCP asks a client whether it is there. */
const PROBE_AFTER_MS = 30_000;

/** By when a client must have sent what it has to send. Absent: 10 s and 60 s. */
export interface ClientLimits {
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

/** Settings of a server with these limits. */
export function limitedServer(limits: ClientLimits): ServerOptions {
  const { headersTimeoutMs = HEADERS_TIMEOUT_MS, requestTimeoutMs = REQUEST_TIMEOUT_MS } = limits;
  return {
    maxHeaderSize: HEADER_LIMIT_BYTES,
    // A client that has gone without a word is found out in the end.
    keepAlive: true,
    keepAliveInitialDelay: PROBE_AFTER_MS,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, headersTimeoutMs),
  };
}
