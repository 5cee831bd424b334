/**
 * Which measured kernels a deployment's operators use, and what that choice assumes. A format that was not
 * measured on a GPU falls back to a neighbour: per-tensor and block fp8 stand for each other; formats a chip
 * has no unit for run as weight-only kernels (as vLLM's Marlin does); what nobody measured takes the 16-bit
 * efficiencies with its own bytes.
 */
import { DECODE_ATTENTION } from '../../models/coefficients/attention-decode.ts';
import { PREFILL_ATTENTION } from '../../models/coefficients/attention-prefill.ts';
import {
  DEFAULT_DECODE_ATTENTION,
  DEFAULT_GEMM,
  DEFAULT_MLA_DECODE,
  DEFAULT_MLA_PREFILL,
  DEFAULT_MOE,
  DEFAULT_PREFILL_ATTENTION,
} from '../../models/coefficients/defaults.ts';
import { TRTLLM_FP8_GEMM_FACTOR } from '../../models/coefficients/framework-overhead.ts';
import { GEMM } from '../../models/coefficients/gemm.ts';
import { KERNEL_TRAFFIC } from '../../models/coefficients/kernel-traffic.ts';
import { MLA_DECODE, MLA_PREFILL } from '../../models/coefficients/mla.ts';
import { MOE } from '../../models/coefficients/moe.ts';
import type {
  DecodeAttentionCoefficients,
  GemmCoefficients,
  KernelKv,
  KernelPrecision,
  MlaDecodeCoefficients,
  MlaPrefillCoefficients,
  MoeCoefficients,
  PrefillAttentionCoefficients,
} from '../../models/coefficients/types.ts';
import { type KvFormat, kvFormatSpec, parseKvFormat } from '../../models/kv-formats.ts';
import { weightFormat } from '../../models/precision.ts';
import type { Calibration } from './calibration.ts';
import type { Deployment } from './deployment.ts';
import type { Hardware } from './hardware.ts';
import { type GemmKernel, gemmKernel } from './operators/gemm.ts';

/** Coefficients of every operator of a deployment. */
export interface Kernels {
  /** Products of the layers, and 16-bit ones (router, language-model head). */
  readonly dense: GemmKernel;
  readonly plain: GemmKernel;
  readonly prefill: PrefillAttentionCoefficients;
  readonly decode: DecodeAttentionCoefficients;
  readonly mlaDecode: MlaDecodeCoefficients;
  readonly mlaPrefill: MlaPrefillCoefficients;
  readonly moe: {
    readonly format: KernelPrecision;
    readonly coefficients: MoeCoefficients;
    readonly evenLoads: boolean;
  };
  /** Factor on the time of all-reduces. */
  readonly collectives: number;
  /** Bytes of one KV element of the format whose measured kernel stands for the deployment's. */
  readonly kvBytes: number;
  /** Time of decode attention per token of context relative to that kernel, and of a short-context step to one with bf16 KV. */
  readonly kvFactor: number;
  readonly kvSlowdown: number;
  /** What was substituted, as sentences. */
  readonly notes: readonly string[];
}

/** Neighbours to try in turn where a format was not measured. */
const STAND_INS: Readonly<Record<KernelPrecision, readonly KernelPrecision[]>> = {
  bf16: [],
  fp8: ['fp8_block'],
  fp8_block: ['fp8'],
  nvfp4: ['mxfp4', 'int4_wo'],
  mxfp4: ['int4_wo'],
  int8: ['fp8'],
  int8_wo: [],
  int4_wo: [],
};

/** Chooses kernels for a deployment, their times multiplied by a calibration's factors. */
export function chooseKernels(
  deployment: Deployment,
  hardware: Hardware,
  calibration: Pick<Calibration, 'kernels' | 'without'>,
): Kernels {
  const factors = calibration.kernels;
  const notes: string[] = [];
  const { profile } = hardware;
  const format = weightFormat(deployment.precision.weights);
  const kvFormat = parseKvFormat(deployment.precision.kv);
  const { decodeAttention, decodeSlowdown } = kvFormatSpec(kvFormat);
  const kv: KernelKv = decodeAttention.of;
  notes.push(...kvNotes(kvFormat));
  const gemmTable = profile === undefined ? DEFAULT_GEMM : GEMM[profile];
  const moeTable = profile === undefined ? DEFAULT_MOE : MOE[profile];
  const denseFormat = runnable(format.denseKernel, hardware, notes);
  const isTrt = deployment.engine.name === 'trtllm' && denseFormat.startsWith('fp8');
  const plain = gemmKernel('bf16', scaled(gemmTable.bf16 ?? DEFAULT_GEMM.bf16!, factors.gemm), hardware, 1);
  return {
    dense: gemmKernel(
      denseFormat,
      scaled(
        pick<GemmCoefficients>(gemmTable, DEFAULT_GEMM, denseFormat, 'matrix products', notes),
        factors.gemm,
      ),
      hardware,
      isTrt ? TRTLLM_FP8_GEMM_FACTOR : 1,
    ),
    plain,
    prefill: scaled(
      byKv(profile === undefined ? undefined : PREFILL_ATTENTION[profile], DEFAULT_PREFILL_ATTENTION, kv),
      factors.attention,
    ),
    decode: scaled(
      byKv(profile === undefined ? undefined : DECODE_ATTENTION[profile], DEFAULT_DECODE_ATTENTION, kv),
      factors.attention,
    ),
    mlaDecode: scaled(
      byKv(profile === undefined ? undefined : MLA_DECODE[profile], DEFAULT_MLA_DECODE, kv),
      factors.attention,
    ),
    mlaPrefill: scaled(
      byKv(profile === undefined ? undefined : MLA_PREFILL[profile], DEFAULT_MLA_PREFILL, 'bf16'),
      factors.attention,
    ),
    collectives: factors.collectives,
    moe: moeKernel(
      runnable(format.expertKernel, hardware, notes),
      moeTable,
      hardware,
      deployment.model.moe === undefined ? [] : notes,
      isOldTriton(deployment, hardware) ? OLD_TRITON_EFFICIENCY : 1,
      factors.experts,
      calibration.without.includes('expert-imbalance'),
    ),
    kvBytes: kv === 'fp8' ? 1 : 2,
    kvFactor: decodeAttention.factor,
    kvSlowdown: decodeSlowdown,
    notes,
  };
}

/** What is assumed about KV that is stored narrower than any measured kernel reads it, and what it costs in accuracy. */
function kvNotes(kvFormat: KvFormat): string[] {
  const { id, decodeAttention, decodeSlowdown, keyBits, note } = kvFormatSpec(kvFormat);
  if (id === decodeAttention.of || id === 'mla_fp8_ds') return [];
  const times = decodeAttention.factor === 1 ? 'the' : `${decodeAttention.factor} times the`;
  const fixed =
    decodeSlowdown === 1
      ? ''
      : `, and a decode step ${Math.round((decodeSlowdown - 1) * 100)} % more besides`;
  const accuracy = keyBits <= 4 && note.startsWith('GSM8K') ? `; accuracy suffers (${note}, bf16 0.90)` : '';
  return [
    `decode attention on ${id} KV takes ${times} time of ${decodeAttention.of} KV, to which it is widened${fixed}${accuracy}`,
  ];
}

/** The format itself, or the weight-only kernel that a chip without its unit runs. */
function runnable(format: KernelPrecision, hardware: Hardware, notes: string[]): KernelPrecision {
  const { peak } = KERNEL_TRAFFIC[format];
  if (peak === 'bf16' || hardware.peak[peak] !== null) return format;
  const substitute = peak === 'fp4' ? 'int4_wo' : 'int8_wo';
  const note = `${hardware.gpu.name} has no ${peak} unit: ${format} weights are computed in 16 bit`;
  if (!notes.includes(note)) notes.push(note);
  return substitute;
}

/** Coefficients whose formula gives `factor` times the time: fixed parts times it, efficiencies divided. */
function scaled<C extends object>(coefficients: C, factor: number): C {
  if (factor === 1) return coefficients;
  const entries = Object.entries(coefficients).map(([name, value]) => {
    if (typeof value !== 'number') return [name, value];
    if (name.endsWith('Us')) return [name, value * factor];
    return [name, name.endsWith('Efficiency') ? value / factor : value];
  });
  return Object.fromEntries(entries) as C;
}

/**
 * Per-tensor fp8 experts on Hopper ran five times below the roofline when measured; block kernels are what
 * vLLM uses.
 */
function moeKernel(
  wanted: KernelPrecision,
  table: Readonly<Partial<Record<KernelPrecision, MoeCoefficients>>>,
  hardware: Hardware,
  notes: string[],
  efficiency: number,
  factor: number,
  evenLoads: boolean,
): Kernels['moe'] {
  const isHopper = hardware.profile === 'h100' || hardware.profile === 'h200';
  const format = wanted === 'fp8' && isHopper ? 'fp8_block' : wanted;
  const own = pick<MoeCoefficients>(table, DEFAULT_MOE, format, 'experts', notes);
  const slowed = format === 'mxfp4' ? efficiency : 1;
  const coefficients = scaled({ ...own, computeEfficiency: own.computeEfficiency * slowed }, factor);
  return { format, coefficients, evenLoads };
}

/**
 * Compute efficiency of the first MXFP4 expert kernels for Hopper (vLLM 0.10 and 0.11) relative to those of
 * 0.24 that were timed. Fitted to throughput of gpt-oss-20b and 120b on H100 (26 runs): prefill at 2,000
 * tokens was 1.5 times slower.
 */
const OLD_TRITON_EFFICIENCY = 0.5;

function isOldTriton(deployment: Deployment, hardware: Hardware): boolean {
  const isHopper = hardware.profile === 'h100' || hardware.profile === 'h200';
  const { name, version } = deployment.engine;
  return isHopper && name === 'vllm' && isOlderThan(version, 12);
}

function isOlderThan(version: string, minor: number): boolean {
  const match = /^v?0\.(\d+)/.exec(version);
  return match !== null && Number(match[1]) < minor;
}

function pick<C>(
  table: Readonly<Partial<Record<KernelPrecision, C>>>,
  defaults: Readonly<Partial<Record<KernelPrecision, C>>>,
  format: KernelPrecision,
  what: string,
  notes: string[],
): C {
  const own = table[format];
  if (own !== undefined) return own;
  for (const near of STAND_INS[format]) {
    const found = table[near];
    if (found === undefined) continue;
    notes.push(`${what} in ${format} use efficiencies measured in ${near}`);
    return found;
  }
  const general = defaults[format];
  if (general !== undefined) {
    notes.push(`${what} in ${format} use the mean efficiencies of other GPUs`);
    return general;
  }
  notes.push(`${what} in ${format} were not measured: 16-bit efficiencies with the bytes of ${format}`);
  return table.bf16 ?? defaults.bf16!;
}

function byKv<C>(
  table: Readonly<Partial<Record<KernelKv, C>>> | undefined,
  defaults: Readonly<Partial<Record<KernelKv, C>>>,
  kv: KernelKv,
): C {
  return table?.[kv] ?? table?.bf16 ?? defaults[kv] ?? defaults.bf16!;
}
