/**
 * Contract of the fitted coefficients: physical ranges, complete tables, stated errors, profiles of real
 * GPUs.
 */
import { describe, expect, test } from 'vitest';
import { ALL_REDUCE } from '../../models/coefficients/allreduce.ts';
import { DECODE_ATTENTION } from '../../models/coefficients/attention-decode.ts';
import { PREFILL_ATTENTION } from '../../models/coefficients/attention-prefill.ts';
import * as defaults from '../../models/coefficients/defaults.ts';
import { DEEP_EP, TRTLLM_ONE_SIDED, TRTLLM_TWO_SIDED } from '../../models/coefficients/expert-parallel.ts';
import { GEMM } from '../../models/coefficients/gemm.ts';
import { KERNEL_TRAFFIC } from '../../models/coefficients/kernel-traffic.ts';
import { MLA_DECODE, MLA_PREFILL } from '../../models/coefficients/mla.ts';
import { MOE } from '../../models/coefficients/moe.ts';
import { NCCL } from '../../models/coefficients/nccl.ts';
import { PROFILED_GPU_SPECS, PROFILED_GPUS, profileOf } from '../../models/coefficients/profiled-gpus.ts';
import { findGpu } from '../../models/gpus.ts';

/** Every object with a given key inside a table, with its path. */
function entries(table: unknown, key: string, path = ''): [string, Record<string, unknown>][] {
  if (typeof table !== 'object' || table === null) return [];
  if (key in table) return [[path, table as Record<string, unknown>]];
  return Object.entries(table).flatMap(([name, value]) => entries(value, key, `${path}/${name}`));
}

const fitted = { GEMM, PREFILL_ATTENTION, DECODE_ATTENTION, MLA_DECODE, MLA_PREFILL, MOE, ALL_REDUCE, NCCL };

describe.each(Object.entries({ ...fitted, defaults }))('%s', (_name, table) => {
  const found = entries(table, 'fit');

  test('has entries, each with finite non-negative numbers and its error', () => {
    expect(found.length).toBeGreaterThanOrEqual(8);
    for (const [path, entry] of found) {
      const { fit, engine: _engine, ...numbers } = entry;
      for (const [field, value] of Object.entries(numbers)) {
        expect(Number.isFinite(value), `${path}.${field}`).toBe(true);
        expect(value as number, `${path}.${field}`).toBeGreaterThanOrEqual(0);
      }
      const { rows, medianPct, p90Pct } = fit as { rows: number; medianPct: number; p90Pct: number };
      expect(rows).toBeGreaterThanOrEqual(5);
      expect(medianPct).toBeGreaterThan(0);
      expect(p90Pct).toBeGreaterThanOrEqual(medianPct);
      expect(p90Pct).toBeLessThan(100);
    }
  });

  test('compute efficiencies are at most 1 and fixed times below half a millisecond', () => {
    for (const [path, entry] of found) {
      if (typeof entry['computeEfficiency'] === 'number') {
        expect(entry['computeEfficiency'], path).toBeLessThanOrEqual(1.1);
      }
      if (typeof entry['fixedUs'] === 'number') expect(entry['fixedUs'], path).toBeLessThan(500);
    }
  });
});

test('every profiled GPU has matrix, attention, expert and all-reduce fits', () => {
  for (const gpu of PROFILED_GPUS) {
    expect(GEMM[gpu].bf16).toBeDefined();
    expect(PREFILL_ATTENTION[gpu].bf16).toBeDefined();
    expect(DECODE_ATTENTION[gpu].bf16).toBeDefined();
    expect(MOE[gpu].bf16).toBeDefined();
    expect(ALL_REDUCE[gpu].eager[2]).toBeDefined();
  }
});

test('the bf16 GEMM of H100, as fitted', () => {
  expect(GEMM.h100.bf16).toMatchObject({ fixedUs: 3.295, computeEfficiency: 0.828, blendExponent: 3.511 });
});

test('unprofiled GPUs are predicted worse than profiled ones, and the defaults say so', () => {
  const profiled = GEMM.h100.bf16!.fit.medianPct;
  expect(defaults.DEFAULT_GEMM.bf16!.fit.medianPct).toBeGreaterThan(profiled);
});

describe('expert exchanges', () => {
  test('have a start-up time, a slope and an error below 15 %', () => {
    const found = entries({ DEEP_EP, TRTLLM_ONE_SIDED, TRTLLM_TWO_SIDED }, 'usPerElement');
    expect(found.length).toBeGreaterThan(80);
    for (const [path, entry] of found) {
      expect(entry['fixedUs'], path).toBeGreaterThan(2);
      expect(entry['usPerElement'], path).toBeGreaterThanOrEqual(0);
      expect(entry['medianPct'], path).toBeLessThan(15);
    }
  });

  test('more nodes are never cheaper per element', () => {
    const table = DEEP_EP.h100!.lowLatency;
    const slopes = ([1, 2, 4, 8] as const).map((nodes) => table[nodes]!.dispatch.usPerElement);
    expect(slopes).toEqual(slopes.toSorted((a, b) => a - b));
  });
});

describe('profiles', () => {
  test('stand for catalogue GPUs whose peaks they share within 15 %', () => {
    for (const profile of PROFILED_GPUS) {
      const spec = PROFILED_GPU_SPECS[profile];
      if (spec.gpuId === null) continue;
      const gpu = findGpu(spec.gpuId);
      expect(Math.abs(spec.bf16FlopPerSecond / (gpu.peak.bf16! * 1e12) - 1)).toBeLessThan(0.01);
      expect(Math.abs(spec.bytesPerSecond / (gpu.memoryGBps * 1e9) - 1)).toBeLessThan(0.15);
      expect(spec.smCount).toBe(gpu.smCount);
      for (const id of spec.sameChip) expect(profileOf(id)).toEqual({ profile, exact: false });
    }
  });

  test('a GPU without measurements has none', () => {
    expect(profileOf('h100-sxm')).toEqual({ profile: 'h100', exact: true });
    expect(profileOf('mi300x')).toBeUndefined();
  });
});

test('weight traffic is below two bytes for all but bf16', () => {
  for (const [format, traffic] of Object.entries(KERNEL_TRAFFIC)) {
    expect(traffic.weightBytes <= 1 || format === 'bf16').toBe(true);
  }
});
