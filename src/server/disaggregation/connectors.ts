/**
 * How the two legs of a disaggregated request are told of each other, by KV connector: what each leg's body says beside the
 * client's own fields. Source: router specification 5.2; names of fields as llm-d's sidecar writes them.
 */
import { randomUUID } from 'node:crypto';

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** An engine behind a prefill server's bootstrap service. */
export interface EngineRank {
  readonly rank: string;
  readonly engineId: string;
}

/** What is known when legs are made. */
export interface LegContext {
  /** `host:port` of the prefill server. */
  readonly prefiller: string;
  /** A number of this request's own, for rendezvous. */
  readonly room: number;
  /** A name of this request's own, for rendezvous. */
  readonly transferId: string;
  /** Port of the prefill server's bootstrap service (SGLang, Mooncake). */
  readonly bootstrapPort: number;
  /** The prefill server's engine, for connectors that ask for it; null for others. */
  readonly engine: EngineRank | null;
  /** The endpoint from which cached KV is to be pulled; null: none, or the connector cannot. */
  readonly source: string | null;
  /** Port of the peer tier of an endpoint. */
  readonly peerPort: (address: string) => number;
}

/** One way to hand KV over. */
export interface Connector {
  /** Both legs are sent at once and meet by themselves; otherwise decode waits for prefill's answer. */
  readonly isConcurrent: boolean;
  /** The client is told the cache hits of prefill in place of decode's, which count what prefill has sent. */
  readonly tellsPrefillHits?: boolean;
  /** The legs need the id of the prefill server's engine, from its bootstrap service. */
  readonly asksForEngine?: boolean;
  /** Engines can pull cached KV from any peer. */
  readonly pullsFromPeers?: boolean;
  /** Body of the prefill leg. */
  prefill(body: Fields, context: LegContext): Fields;
  /** Headers of the prefill leg beside the client's. */
  prefillHeaders?(context: LegContext): Readonly<Record<string, string>>;
  /** Body of the decode leg; `answer` is prefill's, null when there is none to wait for. */
  decode(body: Fields, answer: Fields | null, context: LegContext): Fields;
  /**
   * Body of a first try on the decode side alone, for requests that say how much of the prompt must be cached there; null:
   * prefill at once.
   */
  decodeFirst?(body: Fields): Fields | null;
}

/** vLLM pulling over NIXL: the prefill server's answer says where its blocks are. */
const NIXL_V2: Connector = {
  isConcurrent: false,
  tellsPrefillHits: true,
  prefill: (body, context) => ({
    ...oneToken(body),
    kv_transfer_params: {
      do_remote_decode: true,
      do_remote_prefill: false,
      remote_engine_id: null,
      remote_block_ids: null,
      remote_host: null,
      remote_port: null,
      ...pulledFrom(context),
    },
  }),
  decode: (body, answer) => ({ ...body, kv_transfer_params: answer?.['kv_transfer_params'] ?? null }),
};

/** SGLang pushing: both legs get the same body and meet in a room of the prefill server's bootstrap service. */
const SGLANG: Connector = {
  isConcurrent: true,
  prefill: bootstrap,
  decode: (body, _answer, context) => bootstrap(body, context),
};

/** Through storage that both sides see: prefill leaves the blocks there, decode finds them as a prefix. */
const SHARED_STORAGE: Connector = {
  isConcurrent: false,
  tellsPrefillHits: true,
  prefill: (body) => ({ ...oneToken(body), ...threshold(body, 0) }),
  decode: (body) => ({ ...body, ...threshold(body, 0) }),
  decodeFirst: (body) => (typeof body['cache_hit_threshold'] === 'number' ? body : null),
};

/** vLLM over Mooncake: decode is told the prefill server's engine, and both meet under a transfer id. */
const MOONCAKE: Connector = {
  isConcurrent: true,
  asksForEngine: true,
  prefill: (body, { transferId }) => ({
    ...oneToken(body),
    kv_transfer_params: { do_remote_decode: true, do_remote_prefill: false, transfer_id: transferId },
  }),
  // The rank whose engine decode was told of has to do it.
  prefillHeaders: ({ engine }) => (engine === null ? {} : { 'x-data-parallel-rank': engine.rank }),
  decode: (body, _answer, { transferId, prefiller, bootstrapPort, engine }) => ({
    ...body,
    kv_transfer_params: {
      do_remote_decode: false,
      do_remote_prefill: true,
      transfer_id: transferId,
      remote_bootstrap_addr: `http://${hostOf(prefiller)}:${bootstrapPort}`,
      remote_engine_id: engine?.engineId ?? null,
    },
  }),
};

/** vLLM's offloading connector: prefill stores under a name, decode fetches from the prefill server's peer tier. */
const OFFLOADING: Connector = {
  isConcurrent: false,
  pullsFromPeers: true,
  prefill: (body, context) => ({
    ...oneToken(body),
    kv_transfer_params: { remote_decoder: { kv_request_id: context.transferId }, ...pulledFrom(context) },
  }),
  decode: (body, _answer, { transferId, prefiller, peerPort }) => ({
    ...body,
    kv_transfer_params: {
      remote_prefiller: {
        kv_request_id: transferId,
        remote_host: hostOf(prefiller),
        remote_port: peerPort(prefiller),
      },
    },
  }),
};

/** Connectors by the name that `--kv-connector` takes. */
export const CONNECTORS: Readonly<Record<string, Connector>> = {
  nixlv2: NIXL_V2,
  sglang: SGLANG,
  'shared-storage': SHARED_STORAGE,
  mooncake: MOONCAKE,
  offloading: OFFLOADING,
};

/** Finish reason of a decode server that found too little of the prompt in its cache. */
export const CACHE_THRESHOLD = 'cache_threshold';

/** Body of a request that one engine serves, with cached KV pulled from a peer. */
export function withSource(body: Fields, source: string, peerPort: LegContext['peerPort']): Fields {
  return { ...body, kv_transfer_params: remoteSource(source, peerPort) };
}

/** Nothing is pulled from the server that computes. */
function pulledFrom({ source, prefiller, peerPort }: LegContext): Fields {
  return source === null || source === prefiller ? {} : remoteSource(source, peerPort);
}

function remoteSource(source: string, peerPort: LegContext['peerPort']): Fields {
  return {
    remote_kv_source: {
      kv_request_id: randomUUID(),
      remote_host: hostOf(source),
      remote_port: peerPort(source),
    },
  };
}

/** Host of a `host:port`, an IPv6 one without brackets. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
}

/** Fields that limit the answer, at the top of the body or among its sampling parameters. */
const LIMITS = ['max_tokens', 'max_completion_tokens', 'min_tokens', 'max_output_tokens', 'max_new_tokens'];

/** The body with an answer of one token, whole: all that a leg before decode is asked for. */
export function oneToken(body: Fields): Fields {
  const { stream_options: _, sampling_params: sampling, ...rest } = body;
  const limited = { ...limits(rest), stream: false };
  if (typeof sampling !== 'object' || sampling === null) {
    return hasLimit(rest) ? limited : { ...limited, max_tokens: 1 };
  }
  return { ...limited, sampling_params: { ...limits(sampling as Fields), max_new_tokens: 1 } };
}

function limits(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, LIMITS.includes(name) ? 1 : value]),
  );
}

function hasLimit(fields: Fields): boolean {
  return LIMITS.some((name) => name !== 'min_tokens' && name in fields);
}

function threshold(body: Fields, value: number): Fields {
  return 'cache_hit_threshold' in body ? { cache_hit_threshold: value } : {};
}

function bootstrap(body: Fields, { prefiller, room, bootstrapPort }: LegContext): Fields {
  return {
    ...body,
    bootstrap_host: hostOf(prefiller),
    bootstrap_port: bootstrapPort,
    bootstrap_room: room,
  };
}
