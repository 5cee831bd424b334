/** Contract of the workload presets: valid scenario workloads, monotone quantiles, published means. */
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { findWorkloadPreset, presetAtRate, WORKLOAD_PRESETS } from '../../models/workload-presets.ts';
import type { PresetLength } from '../../models/workload-shape.ts';
import { type SyntheticSpec, WorkloadSchema } from '../../sim/scenario/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import { expectSources } from './sources.ts';

/** Mean of a length: of quantiles, linear in between. */
function mean(length: PresetLength): number {
  if (length.dist === 'constant') return length.value;
  if (length.dist === 'uniform') return (length.min + length.max) / 2;
  if (length.dist === 'lognormal') return length.mean;
  let sum = 0;
  for (let i = 1; i < length.quantiles.length; i++) {
    const [p0, v0] = length.quantiles[i - 1]!;
    const [p1, v1] = length.quantiles[i]!;
    sum += (p1 - p0) * ((v0 + v1) / 2);
  }
  return sum;
}

function lengths(value: unknown): PresetLength[] {
  if (Array.isArray(value)) return value.flatMap(lengths);
  if (typeof value !== 'object' || value === null) return [];
  if ('dist' in value) return [value as PresetLength];
  return Object.values(value).flatMap(lengths);
}

test('at least 20 presets, ids unique', () => {
  expect(WORKLOAD_PRESETS.length).toBeGreaterThanOrEqual(20);
  expect(new Set(WORKLOAD_PRESETS.map((preset) => preset.id)).size).toBe(WORKLOAD_PRESETS.length);
});

describe.each(WORKLOAD_PRESETS.map((preset) => [preset.id, preset] as const))('%s', (_id, preset) => {
  test('is a synthetic workload of the scenario schema', () => {
    const asScenario: SyntheticSpec = preset.workload;
    expect(Value.Check(WorkloadSchema, asScenario)).toBe(true);
  });

  test('quantiles run from 0 to 1 and never fall', () => {
    for (const length of lengths(preset.workload)) {
      if (length.dist !== 'empirical') continue;
      const { quantiles } = length;
      expect(quantiles[0]![0]).toBe(0);
      expect(quantiles.at(-1)![0]).toBe(1);
      for (let i = 1; i < quantiles.length; i++) {
        expect(quantiles[i]![0]).toBeGreaterThan(quantiles[i - 1]![0]);
        expect(quantiles[i]![1]).toBeGreaterThanOrEqual(quantiles[i - 1]![1]);
      }
    }
  });

  test('says where it comes from, and what is assumed', () => {
    expectSources(preset.sources);
    if (preset.basis === 'assumed' || preset.basis === 'fitted') expect(preset.notes).toBeTruthy();
  });
});

describe('means of the traces', () => {
  test.each([
    ['azure-2023-code', 2047.9, 27.9],
    ['azure-2023-conversation', 1154.7, 211.1],
    ['arxiv-summarisation', 2588.1, 291.4],
    ['sharegpt', 857.5, 652.5],
  ])('%s: %d tokens in within 15 %%, %d out within 40 %%', (id, input, output) => {
    const { workload } = findWorkloadPreset(id);
    expect(Math.abs(mean(workload.input) / input - 1)).toBeLessThan(0.15);
    expect(Math.abs(mean(workload.output) / output - 1)).toBeLessThan(0.4);
  });

  test('Mooncake conversation: mean prompt 12,035 and 37 % of it reusable, within 15 % and 0.05', () => {
    const { workload } = findWorkloadPreset('mooncake-conversation');
    const turn = mean(workload.input);
    const answer = mean(workload.output);
    const prefix = workload.prefixes!.tokens;
    const both = prefix + turn + (prefix + 2 * turn + answer);
    const reused = prefix + (prefix + turn + answer);
    expect(Math.abs(both / 2 / 12_035 - 1)).toBeLessThan(0.15);
    expect(Math.abs(reused / both - 0.37)).toBeLessThan(0.05);
  });

  test('Mooncake synthetic: mean prompt 15,325 and 65 % of it reusable, within 10 % and 0.06', () => {
    const { workload } = findWorkloadPreset('mooncake-synthetic');
    const [long, short] = workload.classes!;
    const prefix = long!.prefixes!.tokens * long!.weight;
    const all = prefix + long!.weight * mean(workload.input) + short!.weight * mean(short!.input!);
    expect(Math.abs(all / 15_325 - 1)).toBeLessThan(0.1);
    expect(Math.abs(prefix / all - 0.65)).toBeLessThan(0.06);
  });

  test('Mooncake tools and agents: mean prompt 8596 and 59 % of it a shared prefix', () => {
    const { workload } = findWorkloadPreset('mooncake-toolagent');
    const all = mean(workload.input) + workload.prefixes!.tokens;
    expect(Math.abs(all / 8596 - 1)).toBeLessThan(0.01);
    expect(workload.prefixes!.tokens / all).toBeCloseTo(0.59, 2);
  });
});

describe('rates', () => {
  test('a preset runs at another rate and keeps its burstiness', () => {
    const changed = presetAtRate(findWorkloadPreset('azure-2023-code'), 10);
    expect(changed.arrivals).toEqual({ process: 'gamma', rateRps: 10, cv: 13.2 });
  });

  test('without a rate the preset is unchanged; a burst given a rate becomes Poisson', () => {
    const burst = findWorkloadPreset('batch-summarisation');
    expect(presetAtRate(burst, undefined)).toBe(burst.workload);
    expect(presetAtRate(burst, 2).arrivals).toEqual({ process: 'poisson', rateRps: 2 });
  });
});

test('an unknown preset names the nearest', () => {
  expect(() => findWorkloadPreset('azure-2023-cod')).toThrow(ConfigError);
  expect(() => findWorkloadPreset('azure-2023-cod')).toThrow(/"azure-2023-code"/);
});
