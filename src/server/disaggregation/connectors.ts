/**
 * How the two legs of a disaggregated request are told of each other, by KV connector: what each leg's body says beside the
 * client's own fields. Source: router specification 5.2.
 */

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** What is known when legs are made. */
export interface LegContext {
  /** `host:port` of the prefill server. */
  readonly prefiller: string;
  /** A number of this request's own, for rendezvous. */
  readonly room: number;
  /** Port of the prefill server's bootstrap service (SGLang). */
  readonly bootstrapPort: number;
}

/** One way to hand KV over. */
export interface Connector {
  /** Both legs are sent at once and meet by themselves; otherwise decode waits for prefill's answer. */
  readonly isConcurrent: boolean;
  /** Body of the prefill leg. */
  prefill(body: Fields, context: LegContext): Fields;
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
  prefill: (body) => ({
    ...oneToken(body),
    kv_transfer_params: {
      do_remote_decode: true,
      do_remote_prefill: false,
      remote_engine_id: null,
      remote_block_ids: null,
      remote_host: null,
      remote_port: null,
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
  prefill: (body) => ({ ...oneToken(body), ...threshold(body, 0) }),
  decode: (body) => ({ ...body, ...threshold(body, 0) }),
  decodeFirst: (body) => (typeof body['cache_hit_threshold'] === 'number' ? body : null),
};

/** Connectors by the name that `--kv-connector` takes. */
export const CONNECTORS: Readonly<Record<string, Connector>> = {
  nixlv2: NIXL_V2,
  sglang: SGLANG,
  'shared-storage': SHARED_STORAGE,
};

/** Finish reason of a decode server that found too little of the prompt in its cache. */
export const CACHE_THRESHOLD = 'cache_threshold';

/** Fields that limit the answer, at the top of the body or among its sampling parameters. */
const LIMITS = ['max_tokens', 'max_completion_tokens', 'min_tokens', 'max_output_tokens', 'max_new_tokens'];

/** The body with an answer of one token, whole: all that a prefill leg is asked for. */
function oneToken(body: Fields): Fields {
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
  const host = prefiller.slice(0, prefiller.lastIndexOf(':'));
  return { ...body, bootstrap_host: host, bootstrap_port: bootstrapPort, bootstrap_room: room };
}
