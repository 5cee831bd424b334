/** Contract of the accelerators: every entry is plausible and sourced; look-up helps. */
import { describe, expect, test } from 'vitest';
import { gpuByName } from '../../models/gpu-names.ts';
import { findGpu, GPUS } from '../../models/gpus.ts';
import type { GpuSpec } from '../../models/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import { expectSources } from './sources.ts';

const each = GPUS.map((gpu) => [gpu.id, gpu] as const);

test('at least 30 accelerators of five vendors, ids unique', () => {
  expect(GPUS.length).toBeGreaterThanOrEqual(37);
  expect(new Set(GPUS.map((gpu) => gpu.id)).size).toBe(GPUS.length);
  const vendors = [...new Set(GPUS.map((gpu) => gpu.vendor))].sort();
  expect(vendors).toEqual(['AMD', 'AWS', 'Google', 'Intel', 'NVIDIA']);
});

describe.each(each)('%s', (_id, gpu) => {
  test('rates, sizes and power lie in the band of accelerators', () => {
    between(gpu.memoryBytes, 15e9, 500e9);
    between(gpu.memoryGBps, 300, 30_000);
    between(gpu.peak.bf16 ?? 0, 60, 6000);
    between(gpu.smCount, 20, 400);
    between(gpu.l2Bytes, 1e6, 200e6);
    between(gpu.pcieGBps, 15, 130);
    between(gpu.gpusPerNode, 1, 16);
    if (gpu.tdpW !== null) between(gpu.tdpW, 50, 2500);
    if (gpu.nicGbps !== null) between(gpu.nicGbps, 5, 2000);
  });

  test('arithmetic intensity at the ridge is 30 to 700 FLOP per byte', () => {
    between(((gpu.peak.bf16 ?? 0) * 1e12) / (gpu.memoryGBps * 1e9), 30, 700);
  });

  test('narrower formats are not slower, and at most five times as fast per halving', () => {
    const bf16 = gpu.peak.bf16 ?? 0;
    if (gpu.peak.fp8 !== null) between(gpu.peak.fp8 / bf16, 1, 5);
    if (gpu.peak.fp4 !== null) between(gpu.peak.fp4 / (gpu.peak.fp8 ?? bf16), 1.9, 5);
  });

  test('a scale-up domain has a link, and a lone GPU none', () => {
    expect(gpu.scaleUpDomain > 1).toBe(gpu.scaleUpGBps !== null);
    expect(gpu.scaleUpGBps ?? gpu.pcieGBps).toBeGreaterThanOrEqual(gpu.pcieGBps);
  });

  test('says where it comes from', () => expectSources(gpu.sources));
});

test('announced parts are marked, and their unknown fields too', () => {
  const announced = GPUS.filter((gpu) => gpu.announced === true).map((gpu) => gpu.id);
  expect(announced).toEqual(['rubin-r200', 'mi455x']);
  for (const id of announced) expect(findGpu(id).assumed).toContain('memoryBytes');
});

test('known figures: H100 SXM and B200', () => {
  expect(pick(findGpu('h100-sxm'))).toEqual([3350, 989.5, 1979, 700, 132]);
  expect(pick(findGpu('b200-sxm'))).toEqual([8000, 2250, 4500, 1000, 148]);
});

test('an unknown id names the nearest known one and the place it stands', () => {
  const attempt = (): unknown => findGpu('h100-smx', 'fleet.pools[0].gpu');
  expect(attempt).toThrow(ConfigError);
  expect(attempt).toThrow(/fleet\.pools\[0\]\.gpu: found unknown GPU "h100-smx".*"h100-sxm"/);
});

test('ids are found in any letter case', () => {
  expect(findGpu('H100-SXM').id).toBe('h100-sxm');
});

function between(value: number, low: number, high: number): void {
  expect(value).toBeGreaterThanOrEqual(low);
  expect(value).toBeLessThanOrEqual(high);
}

function pick(gpu: GpuSpec): readonly (number | null)[] {
  return [gpu.memoryGBps, gpu.peak.bf16, gpu.peak.fp8, gpu.tdpW, gpu.smCount];
}

describe('names outside of the catalogue', () => {
  test.each([
    ['H100-SXM-80GB', 'h100-sxm'],
    ['NVIDIA H100 80GB HBM3', 'h100-sxm'],
    ['A100-SXM-80GB', 'a100-80gb-sxm'],
    ['H200-SXM-141GB', 'h200-sxm'],
    ['B200-SXM-180GB', 'b200-sxm'],
    ['RTXPRO6000-96GB', 'rtx-pro-6000-server'],
    ['RTXA6000-48GB', 'rtx-a6000'],
    ['AMD Instinct MI300X', 'mi300x'],
    ['h200-sxm', 'h200-sxm'],
  ])('%s is %s', (name, id) => {
    expect(gpuByName(name)?.id).toBe(id);
  });

  test('a name that means nothing gives nothing', () => {
    expect(gpuByName('Voodoo 2')).toBeUndefined();
    expect(gpuByName('constructor')).toBeUndefined();
  });
});
