/**
 * KV-cache formats: bytes per stored head or latent vector, scales included, and what was measured about the
 * small ones. Engine spellings (`auto`, `fp8_e4m3`, `float16`) are aliases.
 */
import { ConfigError, nearest } from '../src/core/check.ts';
import type { Source } from './schema.ts';

/** Canonical names. */
export type KvFormat =
  | 'bf16'
  | 'fp8'
  | 'int8'
  | 'nvfp4'
  | 'mla_fp8_ds'
  | 'turboquant_k8v4'
  | 'turboquant_4bit_nc'
  | 'turboquant_k3v4_nc'
  | 'turboquant_3bit_nc';

/** A format: element widths, overhead per token and head, and measured side effects. */
export interface KvFormatSpec {
  readonly id: KvFormat;
  readonly keyBits: number;
  readonly valueBits: number;
  /** Scales and norms per token and KV head (keys and values together), bytes. */
  readonly overheadBytes: number;
  /**
   * Measured time per output token at short context relative to bf16, on the engine that has the format; 1 when not worse. What it
   * adds is taken as fixed per step.
   */
  readonly decodeSlowdown: number;
  /**
   * Decode attention per token of context, as a multiple of the measured kernel of a wider format: what is stored narrower is widened before
   * the attention math, so that bytes saved are no time saved.
   */
  readonly decodeAttention: { readonly of: 'bf16' | 'fp8'; readonly factor: number };
  readonly note: string;
  readonly sources: readonly Source[];
}

const READ = '2026-11-22';
const VLLM_KV: Source = {
  ref: 'https://docs.vllm.ai/en/latest/features/quantization/quantized_kvcache/',
  date: READ,
};
const VLLM_TURBOQUANT: Source = { ref: 'https://github.com/vllm-project/vllm/pull/38479', date: READ };
const VLLM_TURBOQUANT_SPEED: Source = { ref: 'https://github.com/vllm-project/vllm/pull/40108', date: READ };
const TURBOQUANT = [VLLM_TURBOQUANT, VLLM_TURBOQUANT_SPEED];
const BF16 = { of: 'bf16', factor: 1 } as const;
const FP8 = { of: 'fp8', factor: 1 } as const;

/** Widened to bf16 within the attention kernel. */
const WIDENED = { of: 'bf16', factor: 1.5 } as const;

/**
 * All formats. TurboQuant's attention factor is such that a long-context decode gives 66 to 80 % of the throughput of bf16, as
 * a study of vLLM measured (secondary articles of 2026-05-11); the 8 times of its paper are of a kernel against 32-bit keys.
 * Accuracy: GSM8K of Qwen3-4B (bf16 0.90); slowdown: TPOT of Gemma-4-E4B, 128 in, 512 out, 32
 * clients.
 */
export const KV_FORMATS: readonly KvFormatSpec[] = [
  format('bf16', 16, 16, 0, 1, BF16, 'default of 16-bit models', [VLLM_KV]),
  format('fp8', 8, 8, 0, 1, FP8, 'one scale per tensor or head; twice the tokens of bf16', [VLLM_KV]),
  format('int8', 8, 8, 4, 1, BF16, 'a 2-byte scale per token and head, for keys and for values', [VLLM_KV]),
  format('nvfp4', 4.5, 4.5, 0, 1, FP8, '4 bits and an fp8 scale per 16 elements, widened to fp8; Blackwell', [
    VLLM_KV,
  ]),
  format('mla_fp8_ds', 8, 8, 0, 1, FP8, 'latent vector in fp8 with fp32 scales per 128, rope part in bf16', [
    VLLM_KV,
  ]),
  format('turboquant_k8v4', 8, 4, 4, 1.16, WIDENED, 'GSM8K 0.86', TURBOQUANT),
  format('turboquant_4bit_nc', 4, 4, 8, 1.29, WIDENED, 'GSM8K 0.84', TURBOQUANT),
  format('turboquant_k3v4_nc', 3, 4, 8, 1.31, WIDENED, 'GSM8K 0.78', TURBOQUANT),
  format('turboquant_3bit_nc', 3, 3, 8, 1.3, WIDENED, 'GSM8K 0.72', TURBOQUANT),
];

function format(
  id: KvFormat,
  keyBits: number,
  valueBits: number,
  overheadBytes: number,
  decodeSlowdown: number,
  decodeAttention: KvFormatSpec['decodeAttention'],
  note: string,
  sources: readonly Source[],
): KvFormatSpec {
  return { id, keyBits, valueBits, overheadBytes, decodeSlowdown, decodeAttention, note, sources };
}

const ALIASES: Readonly<Record<string, KvFormat>> = {
  auto: 'bf16',
  bfloat16: 'bf16',
  fp16: 'bf16',
  float16: 'bf16',
  half: 'bf16',
  fp8_e4m3: 'fp8',
  fp8_e5m2: 'fp8',
  fp8_inc: 'fp8',
  int8_per_token_head: 'int8',
  fp4: 'nvfp4',
  fp8_ds_mla: 'mla_fp8_ds',
};

/** The format that a text names, in any letter case. Throws ConfigError when there is none. */
export function parseKvFormat(text: string, path = 'precision.kv'): KvFormat {
  const word = text.toLowerCase().split(/[\s(/]/)[0] ?? '';
  const known = KV_FORMATS.map((spec) => spec.id);
  const found = known.find((id) => id === word) ?? (Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined);
  if (found !== undefined) return found;
  const near = nearest(word, known);
  throw new ConfigError({
    path,
    found: `unknown KV format "${text}"`,
    expected: `${known.join(', ')}${near === undefined ? '' : `; e.g. "${near}"`}`,
  });
}

/** The format of that name. */
export function kvFormatSpec(id: KvFormat): KvFormatSpec {
  return KV_FORMATS.find((spec) => spec.id === id)!;
}

/** Bytes of one token's key and value of one head. */
export function kvElementBytes(id: KvFormat, keyDim: number, valueDim: number): number {
  const spec = kvFormatSpec(id);
  return (keyDim * spec.keyBits + valueDim * spec.valueBits) / 8 + spec.overheadBytes;
}

/**
 * Bytes of one token's latent vector of one layer. Example: 512 + 64 in mla_fp8_ds takes 512 + 16 + 128 =
 * 656.
 */
export function latentBytes(id: KvFormat, rank: number, ropeDim: number): number {
  if (id === 'mla_fp8_ds') return rank + (rank / 128) * 4 + ropeDim * 2;
  const spec = kvFormatSpec(id);
  return ((rank + ropeDim) * spec.keyBits) / 8 + spec.overheadBytes / 2;
}
