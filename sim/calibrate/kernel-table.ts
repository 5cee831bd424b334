/**
 * Factors on the time of kernels from a user's own timings: a CSV whose rows name an operator and its shape.
 * The factor of a kind is the median ratio of measured to modelled time; its spread says how far one factor
 * can stand for the kind. Columns by operator (others stay empty), times in µs:
 *   gemm               rows, columns, depth          (M, N, K of one rank)
 *   decode_attention   batch, context                (tokens each, all heads of one rank, one layer)
 *   prefill_attention  tokens, context               (chunk after so many tokens)
 *   all_reduce         bytes
 */

import { findGpu } from '../../models/gpus.ts';
import { findLlm } from '../../models/llms.ts';
import { ConfigError } from '../../src/core/check.ts';
import { decodeAttention, prefillChunkUs, prefillFixedUs } from '../latency/attention.ts';
import { UNSCALED } from '../latency/calibration.ts';
import { hardwareOf } from '../latency/hardware.ts';
import { chooseKernels } from '../latency/kernels.ts';
import { type LayerContext, layerContext } from '../latency/layers.ts';
import { allReduceUs } from '../latency/operators/collectives.ts';
import { gemmUs } from '../latency/operators/gemm.ts';
import { csvRows } from '../validate/case-files.ts';
import type { MeasuredDeployment } from './measured-run.ts';

/** The factor of one kind of kernels. */
export interface KernelFit {
  readonly kind: 'gemm' | 'attention' | 'collectives';
  readonly factor: number;
  readonly rows: number;
  /** Median of the absolute error in percent, before and after. */
  readonly beforePct: number;
  readonly afterPct: number;
}

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  gemm: ['rows', 'columns', 'depth'],
  decode_attention: ['batch', 'context'],
  prefill_attention: ['tokens', 'context'],
  all_reduce: ['bytes'],
};

const KINDS: Readonly<Record<string, KernelFit['kind']>> = {
  gemm: 'gemm',
  decode_attention: 'attention',
  prefill_attention: 'attention',
  all_reduce: 'collectives',
};

/** Factors by kind; throws ConfigError naming the row and column that cannot be used. */
export function kernelFactors(
  file: { readonly name: string; readonly text: string },
  deployment: MeasuredDeployment | undefined,
): KernelFit[] {
  if (deployment === undefined) {
    throw new ConfigError({
      path: '',
      file: file.name,
      found: 'kernel timings without a deployment',
      expected: 'GPU, model and engine beside them (--gpu, --model, --engine)',
    });
  }
  const context = contextOf(deployment);
  const ratios = new Map<KernelFit['kind'], number[]>();
  for (const [i, row] of csvRows(file.text).entries()) {
    const operator = row['operator'] ?? '';
    const columns = COLUMNS[operator];
    if (columns === undefined) {
      throw new ConfigError({
        path: `row ${i + 2}.operator`,
        file: file.name,
        found: JSON.stringify(operator),
        expected: `one of ${Object.keys(COLUMNS).join(', ')}`,
      });
    }
    const [us, ...shape] = ['us', ...columns].map((column) =>
      positive(row[column], column, i + 2, file.name),
    );
    const kind = KINDS[operator]!;
    const ratio = us! / modelledUs(operator, shape, context);
    const list = ratios.get(kind);
    if (list === undefined) ratios.set(kind, [ratio]);
    else list.push(ratio);
  }
  return [...ratios].map(([kind, list]) => fitOf(kind, list));
}

function fitOf(kind: KernelFit['kind'], ratios: readonly number[]): KernelFit {
  const factor = median(ratios);
  const error = (by: number): number => median(ratios.map((ratio) => 100 * Math.abs(by / ratio - 1)));
  return { kind, factor, rows: ratios.length, beforePct: error(1), afterPct: error(factor) };
}

function contextOf(deployment: MeasuredDeployment): LayerContext {
  const model = findLlm(deployment.model, '--model');
  const hardware = hardwareOf(findGpu(deployment.gpu, '--gpu'));
  const own = {
    gpu: hardware.gpu,
    model,
    engine: { name: deployment.engine, version: deployment.version },
    tp: deployment.tp,
    pp: 1,
    dp: 1,
    ep: 1,
    precision: { weights: deployment.weights ?? model.nativePrecision, kv: deployment.kv ?? 'bf16' },
    maxBatchedTokens: 8192,
    maxSeqs: 1024,
    enforceEager: false,
  };
  return layerContext(own, hardware, chooseKernels(own, hardware, { kernels: UNSCALED, without: [] }));
}

/** One kernel's time, of one layer on one rank. */
function modelledUs(operator: string, shape: readonly number[], context: LayerContext): number {
  const [first = 0, second = 0, third = 0] = shape;
  const { layers } = context.deployment.model;
  switch (operator) {
    case 'gemm':
      return gemmUs(context.kernels.dense, first, second, third);
    case 'all_reduce':
      return allReduceUs(context.reduce, first);
    case 'prefill_attention':
      return (prefillFixedUs(context) + prefillChunkUs(context, second, first)) / layers;
    default: {
      const a = decodeAttention(context, false);
      const windowed = a.windows.reduce(
        (sum, w) => sum + w.perContextUs * Math.min(second, w.windowTokens),
        0,
      );
      const perSequence = a.perSequenceUs + a.perContextUs * second + windowed;
      return (a.fixedUs + a.perLogContextUs * Math.log2(1 + second / 128) + first * perSequence) / layers;
    }
  }
}

function positive(value: string | undefined, column: string, row: number, file: string): number {
  const number = Number(value);
  const isLength = column === 'context';
  if (value !== undefined && value !== '' && (isLength ? number >= 0 : number > 0)) return number;
  throw new ConfigError({
    path: `row ${row}.${column}`,
    file,
    found: value === undefined ? 'nothing' : JSON.stringify(value),
    expected: isLength ? 'a number of at least 0' : 'a number above 0',
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
