/** Contract of the links, and the defaults of each GPU. */
import { describe, expect, test } from 'vitest';
import { findGpu, GPUS } from '../../models/gpus.ts';
import { defaultHostLink, defaultNetwork, defaultScaleUp, findLink, LINKS } from '../../models/links.ts';
import { ConfigError } from '../../src/core/check.ts';
import { expectSources } from './sources.ts';

test('35 links, ids unique', () => {
  expect(LINKS).toHaveLength(35);
  expect(new Set(LINKS.map((link) => link.id)).size).toBe(35);
});

describe.each(LINKS.map((link) => [link.id, link] as const))('%s', (_id, link) => {
  test('reaches 40 to 100 % of its nominal rate, after a positive latency', () => {
    expect(link.achievedGBps / link.nominalGBps).toBeGreaterThan(0.4);
    expect(link.achievedGBps).toBeLessThanOrEqual(link.nominalGBps);
    expect(link.nominalGBps).toBeLessThan(2000);
    expect(link.baseUs).toBeGreaterThan(0);
    expect(link.baseUs).toBeLessThanOrEqual(10_000);
  });

  test('says where it comes from', () => expectSources(link.sources));
});

test.each([
  ['h100-sxm', 'nvlink4', 'roce-400', 'pcie5x16'],
  ['a100-80gb-sxm', 'nvlink3', 'roce-200', 'pcie4x16'],
  ['b200-sxm', 'nvlink5', 'roce-400', 'pcie5x16'],
  ['b300-sxm', 'nvlink5', 'roce-800', 'pcie6x16'],
  ['mi300x', 'xgmi-mi300x', 'roce-400', 'pcie5x16'],
  ['l40s', 'pcie4x16', 'roce-200', 'pcie4x16'],
  ['tpu-v5p', 'ici-v5p', 'tcp-100g', 'pcie4x16'],
  ['t4', 'pcie3x16', 'tcp-25g', 'pcie3x16'],
])('%s has %s inside, %s outside and %s to the host', (id, scaleUp, network, host) => {
  const gpu = findGpu(id);
  expect([defaultScaleUp(gpu).id, defaultNetwork(gpu).id, defaultHostLink(gpu).id]).toEqual([
    scaleUp,
    network,
    host,
  ]);
});

test('every GPU has default links, none faster than its own figures', () => {
  for (const gpu of GPUS) {
    expect(defaultScaleUp(gpu).nominalGBps).toBeLessThanOrEqual(gpu.scaleUpGBps ?? gpu.pcieGBps);
    expect(defaultNetwork(gpu).nominalGBps).toBeLessThanOrEqual(Math.max(12.5, (gpu.nicGbps ?? 0) / 8));
  }
});

test('an unknown link names the nearest', () => {
  expect(() => findLink('nvlink7', 'pool.link')).toThrow(ConfigError);
  expect(() => findLink('nvlink7', 'pool.link')).toThrow(/pool\.link: .*"nvlink/);
});
