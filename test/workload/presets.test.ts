import { describe, expect, test } from 'vitest';
import { WORKLOAD_PRESETS } from '../../models/workload-presets.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { build, drain } from './helpers.ts';

const pool = {
  name: 'a',
  role: 'both',
  replicas: 1,
  gpu: 'h100-sxm',
  model: 'llama-3.1-8b',
  engine: { name: 'vllm' },
};

describe.each(WORKLOAD_PRESETS.map((preset) => [preset.id, preset] as const))('preset %s', (id, preset) => {
  test('is a valid synthetic workload', () => {
    const written = { workload: preset.workload, fleet: { pools: [pool] } };
    expect(parseScenario(written).workload).toEqual(preset.workload);
  });

  test('makes requests, at the rate asked for', () => {
    const requests = drain(build({ kind: 'preset', name: id, rateRps: 20 }, { durationS: 500 }));
    const { arrivals } = preset.workload;
    const cv = arrivals.process === 'gamma' ? arrivals.cv : 1;
    expect(Math.abs(requests.length - 10_000)).toBeLessThan(4 * cv * 100 + 1);
    expect(requests.every((r) => r.promptTokens >= 1 && r.outputTokens >= 1)).toBe(true);
  });
});
