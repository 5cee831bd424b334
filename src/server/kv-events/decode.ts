/**
 * Engines' KV events as they come over ZeroMQ: msgpack `[timestamp, [events...], dp_rank?]`, each event an array (positional, its
 * name first) or a map (newer vLLM, name in `type`). Source: router specification 4.2.
 */
import { decode } from '@msgpack/msgpack';
import { type EngineHash, engineHash, type KvEvent } from '../../prefix/kv-events.ts';

/** Fields of each event after its name, in positional order. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  BlockStored: [
    ...['block_hashes', 'parent_block_hash', 'token_ids', 'block_size', 'lora_id', 'medium', 'lora_name'],
    ...['extra_keys', 'group_idx', 'kv_cache_spec_kind', 'sliding_window'],
  ],
  BlockRemoved: ['block_hashes', 'medium', 'group_idx'],
  AllBlocksCleared: [],
};

/** Events of a payload, in order; unknown ones are left out. Throws an Error for bytes that are no batch of events. */
export function decodeEvents(payload: Uint8Array): KvEvent[] {
  const batch = decode(payload, { useBigInt64: true });
  const events = Array.isArray(batch) ? batch[1] : undefined;
  if (!Array.isArray(events)) throw new Error('not a batch of KV events');
  return (events as unknown[]).map(named).flatMap(({ name, fields }) => {
    if (name === 'BlockStored') return [stored(fields)];
    if (name === 'BlockRemoved') {
      return [{ kind: 'removed', blockHashes: hashes(fields), ...where(fields) } as const];
    }
    return name === 'AllBlocksCleared' ? [{ kind: 'cleared' } as const] : [];
  });
}

type Fields = Readonly<Record<string, unknown>>;

function named(event: unknown): { name: string; fields: Fields } {
  if (Array.isArray(event)) {
    const name = String(event[0]);
    const fields = (FIELDS[name] ?? []).map((field, i) => [field, event[i + 1]]);
    return { name, fields: Object.fromEntries(fields) };
  }
  if (typeof event !== 'object' || event === null) throw new Error('not a KV event');
  const fields = event as Fields;
  return { name: String(fields['type']), fields };
}

function stored(fields: Fields): KvEvent {
  const parent = fields['parent_block_hash'];
  const tokens = fields['token_ids'];
  return {
    kind: 'stored',
    blockHashes: hashes(fields),
    parentHash: parent === null || parent === undefined ? null : hash(parent),
    tokens: Uint32Array.from(Array.isArray(tokens) ? (tokens as (number | bigint)[]).map(Number) : []),
    blockSizeTokens: Number(fields['block_size'] ?? 0),
    ...where(fields),
    loraName: text(fields['lora_name']),
    extraKeys: extras(fields['extra_keys']),
    specKind: text(fields['kv_cache_spec_kind']),
  };
}

function hashes(fields: Fields): EngineHash[] {
  const list = fields['block_hashes'];
  if (!Array.isArray(list)) throw new Error('a KV event without block_hashes');
  return (list as unknown[]).map(hash);
}

function hash(value: unknown): EngineHash {
  if (typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint8Array) {
    return engineHash(value);
  }
  throw new Error('a block hash is neither a number nor bytes');
}

function where(fields: Fields): { medium: string; group: number } {
  return { medium: text(fields['medium']), group: Number(fields['group_idx'] ?? 0) };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Extra keys per block: texts, or lists whose first entry is the text (with its offset behind). */
function extras(value: unknown): (readonly string[] | null)[] | null {
  if (!Array.isArray(value)) return null;
  return (value as unknown[]).map((block) =>
    Array.isArray(block)
      ? (block as unknown[]).map((one) => String(Array.isArray(one) ? one[0] : one))
      : null,
  );
}
