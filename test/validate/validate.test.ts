/** Cases from their file to points and summary. */
import { describe, expect, test } from 'vitest';
import { parseCase } from '../../sim/validate/case.ts';
import { caseFleet } from '../../sim/validate/case-fleet.ts';
import { caseGpu, caseModel } from '../../sim/validate/case-names.ts';
import { engineVersion } from '../../sim/validate/engine-version.ts';
import { Observed, statistic } from '../../sim/validate/observed.ts';
import { planStages } from '../../sim/validate/plan.ts';
import { summarise } from '../../sim/validate/summary.ts';
import { type CaseReport, validateCase } from '../../sim/validate/validate.ts';
import { measuredCase } from './cases.ts';

const noFiles = (path: string): string => {
  throw new Error(`asked for ${path}`);
};
const steady = { unit: () => 0.5 };

describe('points', () => {
  test('every measured metric is predicted, with error in percent and the formula beside means', () => {
    const report = validateCase(measuredCase(), noFiles, 1) as CaseReport;
    expect(report.points.map((p) => p.metric)).toEqual(['ttftMs.mean', 'tpotMs.mean', 'outputTokensPerS']);
    for (const point of report.points) {
      expect(point.errorPct).toBeCloseTo((100 * (point.predicted - point.measured)) / point.measured, 9);
    }
    const tpot = report.points[1]!;
    expect(tpot.predicted).toBeGreaterThan(6);
    expect(tpot.predicted).toBeLessThan(10);
    // 1.3 x 16.06 GB / 3350 GB/s + 0.75 ms and a little KV: about 7 ms.
    expect(tpot.measured * (1 + tpot.naivePct! / 100)).toBeGreaterThan(6.9);
    expect(tpot.measured * (1 + tpot.naivePct! / 100)).toBeLessThan(7.3);
  });

  test('the same seed gives the same points', () => {
    expect(validateCase(measuredCase(), noFiles, 7)).toEqual(validateCase(measuredCase(), noFiles, 7));
  });

  test('cases that cannot be expressed are skipped with a reason', () => {
    const reason = (changes: object): string =>
      (validateCase(measuredCase(changes), noFiles, 1) as { reason: string }).reason;
    expect(reason({ hardware: { gpu: 'Abacus-1' } })).toBe('GPU Abacus-1 is not in the catalogue');
    expect(reason({ model: 'nobody/nothing-1B' })).toBe('model nobody/nothing-1B is not in the catalogue');
    expect(reason({ engine: { name: 'lmdeploy', version: '1' } })).toBe('engine lmdeploy is not modelled');
    expect(reason({ usable: false })).toMatch(/unusable/);
    expect(reason({ measured: { summary: null, stages: [] } })).toMatch(/none of its measured metrics/);
  });
});

describe('reading', () => {
  test('a bad line is refused with its number and field', () => {
    expect(() => parseCase('{', 3)).toThrow(/line 3/);
    expect(() => parseCase('{"id":"a","family":"f","model":"m","tier":"one"}', 4)).toThrow(
      /line 4.tier: found "one"/,
    );
  });

  test('names of GPUs and models are found in the spelling of the files', () => {
    expect(caseGpu(measuredCase({ hardware: { gpu: 'A100-SXM-80GB' } }))).toBe('a100-80gb-sxm');
    expect(caseGpu(measuredCase({ hardware: { gpu: 'RTXPRO6000-96GB' } }))).toBe('rtx-pro-6000-server');
    expect(caseGpu(measuredCase({ hardware: { gpu: 'TPU v6e' } }))).toBe('tpu-v6e');
    expect(caseGpu(measuredCase({ hardware: { gpu: 'MI300X-OAM-192GB' } }))).toBe('mi300x');
    expect(caseModel(measuredCase({ model: 'Qwen/Qwen3-32B-AWQ' }))).toBe('qwen3-32b');
  });

  test('versions come from numbers, sentences or dates', () => {
    const version = (text: string | null): string =>
      engineVersion(measuredCase({ engine: { name: 'vllm', version: text } }));
    expect(version('0.15.1 (a fork)')).toBe('0.15.1');
    expect(version('vllm/vllm-openai:latest on 2025-09-12..16 (v0.10.1.1/v0.10.2)')).toBe('0.10.1');
    expect(version('nixl-0.0.6 (May 2025 dev build)')).toBe('0.8');
    expect(version('2023 (paper)')).toBe('0.8');
  });

  test('stated engine arguments are passed on, unstated ones are not', () => {
    const pool = caseFleet(measuredCase()).pools[0]!;
    expect(pool.engine.args).toEqual({ max_num_seqs: 64 });
    expect(pool.precision).toEqual({ weights: 'bf16' });
  });
});

describe('scripts', () => {
  test('prompts of groups cycle, so that request 100 is request 0 again', () => {
    const measured = measuredCase({}, [{ index: 0, rate: 10, duration_s: 20, num_requests: 200 }]);
    const prefixes = { groups_effective: 10, prompts_per_group_effective: 10, system_prompt_len: 100 };
    const workload = { ...measured.workload, shared_prefix: prefixes };
    const [stage] = planStages({ ...measured, workload }, noFiles, steady);
    if (stage?.kind !== 'open') throw new Error('an open stage');
    expect(stage.requests[100]!.contentIds).toEqual(stage.requests[0]!.contentIds);
    expect(new Set(stage.requests.map((r) => r.contentIds.join())).size).toBe(100);
    expect(stage.requests[0]!.lengths).toEqual([100, 400]);
  });

  test('a turn holds the history of its conversation, answers included', () => {
    const file = `client_id,conversation,input_tokens,output_tokens\n7,a,100,50\n7,a,180,20\n7,b,30,5\n`;
    const measured = measuredCase({ per_request_file: 'log.csv' });
    const workload = { ...measured.workload, multi_turn: true };
    const [stage] = planStages({ ...measured, workload }, () => file, steady);
    if (stage?.kind !== 'own') throw new Error('clients with own queues');
    const [first, second, third] = stage.queues[0]!;
    expect(second!.contentIds.slice(0, 2)).toEqual([first!.contentIds[0], first!.answerId]);
    expect(second!.lengths).toEqual([100, 50, 30]);
    expect(third!.lengths).toEqual([30]);
  });
});

describe('statistics', () => {
  test('percentiles interpolate linearly', () => {
    expect(statistic([1, 2, 3, 4], 'p50')).toBe(2.5);
    expect(statistic([4, 1, 3, 2], 'mean')).toBe(2.5);
    expect(statistic([], 'mean')).toBeUndefined();
    expect(new Observed().completed).toBe(0);
  });

  test('a summary gives median, mean and bias by group', () => {
    const point = (errorPct: number) => ({
      stage: null,
      metric: 'm',
      measured: 1,
      predicted: 1,
      errorPct,
      naivePct: null,
    });
    const base = { id: 'a', family: 'f', tier: 1, gpu: 'g', model: 'x', engine: 'e', workload: 'w' };
    const flags = { disaggregated: false, extrapolated: false };
    const rows = summarise([{ ...base, ...flags, points: [point(-10), point(4), point(6)] }]);
    expect(rows.find((r) => r.group === 'all')).toMatchObject({
      n: 3,
      medianPct: 6,
      meanPct: 20 / 3,
      biasPct: 0,
    });
    expect(rows.map((r) => r.group)).toContain('tier:1');
  });
});
