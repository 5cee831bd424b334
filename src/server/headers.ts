/** Header hygiene of the gateway: what clients may tell the router, and what reaches the model server. Source: router specification 1.4. */
import type { IncomingHttpHeaders } from 'node:http';

/** Hop-by-hop (RFC 9110, 7.6.1): between two neighbours only. */
const HOP = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'host', 'content-length'],
];

/** Only the router or a trusted proxy may set these: they choose where requests and KV go. */
const ROUTING = [
  ...['x-gateway-destination-endpoint', 'x-gateway-destination-endpoint-subset'],
  ...['x-gateway-destination-endpoint-served', 'x-gateway-destination-endpoint-scores'],
  ...['x-prefiller-host-port', 'x-encoder-hosts-ports', 'x-kv-cache-source-host-port'],
  ...['x-data-parallel-host-port', 'x-llm-d-request-dropped-reason', 'x-original-path', 'x-forwarded-path'],
];

/** Told by clients to the router, never echoed upstream. */
const SYSTEM = [
  ...['objective', 'fairness-id'].flatMap((name) => [
    `x-llm-d-inference-${name}`,
    `x-gateway-inference-${name}`,
  ]),
  ...['x-llm-d-model-name-rewrite', 'x-gateway-model-name-rewrite'],
  ...['x-llm-d-slo-ttft-ms', 'x-slo-ttft-ms', 'x-llm-d-slo-tpot-ms', 'x-slo-tpot-ms'],
  ...['x-llm-d-video-fps', 'x-llm-d-video-duration-seconds', 'x-llm-d-video-resolution'],
];

/** Names of the headers that only the router or a trusted proxy may set. */
export const ROUTING_HEADERS: ReadonlySet<string> = new Set(ROUTING);

const REQUEST_ID = 'x-request-id';
const FAIRNESS = ['x-llm-d-inference-fairness-id', 'x-gateway-inference-fairness-id'];
/** Credentials are for the gateway: plugins have no business with them. */
const CREDENTIALS = ['authorization', 'x-api-key', 'cookie'];
const NOT_TO_ROUTER = new Set([...HOP, ...ROUTING, ...CREDENTIALS]);
const NOT_UPSTREAM = new Set([...HOP, ...ROUTING, ...SYSTEM]);
const NOT_TO_CLIENT = new Set([...HOP.filter((name) => name !== 'content-length'), ...ROUTING]);

/** Headers that the router may see; `fairnessId`, when given, is the flow whatever the client says. */
export function routerHeaders(
  headers: IncomingHttpHeaders,
  fairnessId: string | null = null,
): Map<string, string> {
  const out = kept(headers, NOT_TO_ROUTER);
  if (fairnessId === null) return out;
  for (const name of FAIRNESS) out.delete(name);
  return out.set(FAIRNESS[0]!, fairnessId);
}

/** Flow that a request says it belongs to. */
export function fairnessOf(headers: IncomingHttpHeaders): string {
  const value = headers[FAIRNESS[0]!] ?? headers[FAIRNESS[1]!];
  return (Array.isArray(value) ? value[0] : value) || 'default-flow';
}

/**
 * Headers for the model server (name, value, name, value): the client's harmless ones, then what the router sets. `authorization`
 * undefined leaves the client's credentials as they are; otherwise they were for the gateway, and this (null: nothing) takes their place.
 */
export function upstreamHeaders(
  headers: IncomingHttpHeaders,
  routed: ReadonlyMap<string, string>,
  requestId: string,
  authorization?: string | null,
): string[] {
  const named = connectionNames(headers.connection);
  const out: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || NOT_UPSTREAM.has(name) || named?.includes(name) === true) continue;
    if (name === REQUEST_ID || routed.has(name)) continue;
    if (authorization !== undefined && CREDENTIALS.includes(name)) continue;
    out.push(name, Array.isArray(value) ? value.join(', ') : value);
  }
  if (typeof authorization === 'string' && !routed.has('authorization')) {
    out.push('authorization', authorization);
  }
  for (const [name, value] of routed) if (name !== REQUEST_ID) out.push(name, value);
  out.push(REQUEST_ID, requestId);
  return out;
}

/** Headers of the answer for the client, from the model server's and from what the gateway adds, which counts more. */
export function clientHeaders(headers: readonly string[], added: ReadonlyMap<string, string>): string[] {
  const named = connectionNames(headerOf(headers, 'connection'));
  const out: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (NOT_TO_CLIENT.has(name) || added.has(name) || named?.includes(name) === true) continue;
    out.push(name, headers[i + 1]!);
  }
  for (const [name, value] of added) out.push(name, value);
  return out;
}

/** Value of a header in a list of names and values; the first of several. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
  return undefined;
}

/** A list of names and values without those of one name. */
export function without(headers: readonly string[], name: string): string[] {
  const out: string[] = [];
  for (let i = 0; i < headers.length; i += 2) if (headers[i] !== name) out.push(headers[i]!, headers[i + 1]!);
  return out;
}

/** Headers that a Connection header makes hop-by-hop; undefined: none. */
function connectionNames(connection: string | undefined): string[] | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return connection.split(',').map((name) => name.trim().toLowerCase());
}

function kept(headers: IncomingHttpHeaders, drop: ReadonlySet<string>): Map<string, string> {
  const named = connectionNames(headers.connection);
  const out = new Map<string, string>();
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || drop.has(name) || named?.includes(name) === true) continue;
    out.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return out;
}
