/**
 * Weight formats: bytes per parameter with scales, which matrices they cover, and which measured kernels
 * stand for them. Embeddings, language-model head, routers and norms stay in 16 bit in all of them.
 */
import { ConfigError, nearest } from '../src/core/check.ts';
import type { KernelPrecision } from './coefficients/types.ts';

/** Canonical names. */
export type WeightFormat =
  | 'bf16'
  | 'fp8'
  | 'fp8_block'
  | 'nvfp4'
  | 'mxfp4'
  | 'int8'
  | 'int8_wo'
  | 'int4_wo'
  | 'int4_experts'
  | 'fp8_fp4_experts';

/** One weight format. */
export interface WeightFormatSpec {
  readonly id: WeightFormat;
  /** Bytes per parameter of attention, dense MLPs and shared experts. */
  readonly denseBytes: number;
  /** Bytes per parameter of routed experts. */
  readonly expertBytes: number;
  /** Kernels for dense products and for experts. */
  readonly denseKernel: KernelPrecision;
  readonly expertKernel: KernelPrecision;
  /** Sides of expert matrices are padded to a multiple of this in memory (1: not). */
  readonly expertPadding: number;
  readonly note: string;
}

/**
 * All formats. Scales: one fp32 per 128 x 128 (fp8_block), an fp8 per 16 (nvfp4), 8 bits per 32 (mxfp4), 16
 * bits and a 4-bit zero per 128 (int4_wo), 16 bits per 32 (int4_experts).
 */
export const WEIGHT_FORMATS: readonly WeightFormatSpec[] = [
  same('bf16', 2, 'bf16', '16-bit weights, fp16 alike'),
  same('fp8', 1, 'fp8', 'one scale per tensor or channel; activations quantised on the fly'),
  same('fp8_block', 1 + 4 / 128 ** 2, 'fp8_block', 'scale per 128 x 128 block, as DeepSeek publishes'),
  same('nvfp4', 0.5625, 'nvfp4', 'Blackwell; all matrices of the blocks'),
  same('int8', 1, 'int8', '8-bit weights and activations'),
  same('int8_wo', 1, 'int8_wo', '8-bit weights, 16-bit arithmetic'),
  same('int4_wo', 0.5 + 2.5 / 128, 'int4_wo', 'AWQ and GPTQ, groups of 128, 16-bit arithmetic'),
  {
    id: 'mxfp4',
    denseBytes: 2,
    expertBytes: 0.53125,
    denseKernel: 'bf16',
    expertKernel: 'mxfp4',
    expertPadding: 256,
    note: 'gpt-oss: experts only; vLLM pads them to a multiple of 256',
  },
  {
    id: 'int4_experts',
    denseBytes: 2,
    expertBytes: 0.5625,
    denseKernel: 'bf16',
    expertKernel: 'int4_wo',
    expertPadding: 1,
    note: 'Kimi K2.5: experts in groups of 32',
  },
  {
    id: 'fp8_fp4_experts',
    denseBytes: 1,
    expertBytes: 0.53125,
    denseKernel: 'fp8_block',
    expertKernel: 'mxfp4',
    expertPadding: 1,
    note: 'DeepSeek V4',
  },
];

function same(
  id: WeightFormat & KernelPrecision,
  bytes: number,
  kernel: KernelPrecision,
  note: string,
): WeightFormatSpec {
  return {
    id,
    denseBytes: bytes,
    expertBytes: bytes,
    denseKernel: kernel,
    expertKernel: kernel,
    expertPadding: 1,
    note,
  };
}

const ALIASES: Readonly<Record<string, WeightFormat>> = {
  bfloat16: 'bf16',
  fp16: 'bf16',
  float16: 'bf16',
  half: 'bf16',
  'fp8-dynamic': 'fp8',
  fp8_e4m3: 'fp8',
  fp8_static: 'fp8',
  fp4: 'nvfp4',
  modelopt_fp4: 'nvfp4',
  w4a16_mxfp4: 'mxfp4',
  w8a8: 'int8',
  sq_w8a8: 'int8',
  smoothquant: 'int8',
  w8a16: 'int8_wo',
  awq: 'int4_wo',
  gptq: 'int4_wo',
  int4: 'int4_wo',
  w4a16: 'int4_wo',
};

/**
 * The format that a text names, in any letter case; what follows a space, slash or parenthesis is ignored.
 * Throws ConfigError when there is none.
 */
export function parseWeightFormat(text: string, path = 'precision.weights'): WeightFormat {
  const word = text.toLowerCase().split(/[\s(/]/)[0] ?? '';
  const known = WEIGHT_FORMATS.map((spec) => spec.id);
  const found = known.find((id) => id === word) ?? (Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined);
  if (found !== undefined) return found;
  const near = nearest(word, known);
  throw new ConfigError({
    path,
    found: `unknown weight format "${text}"`,
    expected: `${known.join(', ')}${near === undefined ? '' : `; e.g. "${near}"`}`,
  });
}

/** The format of that name (any spelling `parseWeightFormat` takes). */
export function weightFormat(text: string, path?: string): WeightFormatSpec {
  const id = parseWeightFormat(text, path);
  return WEIGHT_FORMATS.find((spec) => spec.id === id)!;
}
