/**
 * Fits to runs of a known build: measurements are made by the simulator itself with other overhead than the
 * built-in one, and the fit has to find it and to predict a load that it was not fitted to.
 */
import { describe, expect, test } from 'vitest';
import { calibrate, type MeasurementFile } from '../../sim/calibrate/calibrate.ts';
import { kernelFactors } from '../../sim/calibrate/kernel-table.ts';
import {
  type MeasuredDeployment,
  type MeasuredRequest,
  runCaseOf,
} from '../../sim/calibrate/measured-run.ts';
import { readRuns, runFormatOf } from '../../sim/calibrate/read-runs.ts';
import type { FittedCalibration } from '../../sim/scenario/schema.ts';
import { runCase } from '../../sim/validate/run-case.ts';

const DEPLOYMENT: MeasuredDeployment = {
  gpu: 'h100-sxm',
  model: 'llama-3.1-8b',
  tp: 1,
  engine: 'vllm',
  version: '0.19',
  args: { max_num_seqs: 64 },
};

const BUILD: FittedCalibration = {
  kind: 'fitted',
  name: 'their build',
  hostBaseUs: 2000,
  hostPerSequenceUs: 65,
  frontEndUs: 20e3,
  firstTokenLagSteps: 0,
};

/** A result of `vllm bench serve` as the build would give it at a rate of requests per second. */
function benchResult(ratePerS: number): MeasurementFile {
  const count = 60;
  const requests = Array.from(
    { length: count },
    (_, i): MeasuredRequest => ({
      startS: i / ratePerS,
      inputTokens: 200 + ((i * 37) % 800),
      outputTokens: 50 + ((i * 53) % 100),
      ttftMs: 1,
      e2eMs: 2,
    }),
  );
  const { measured, workload } = runCaseOf('truth', requests, DEPLOYMENT, null);
  const run = runCase(measured, () => workload.text, 1, BUILD);
  const observed = run.whole;
  // Requests end in another order than they start: give each the run's mean, which the fit compares.
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [ttftMs, tpotMs] = [mean(observed.ttftMs), mean(observed.tpotMs)];
  return {
    name: `rate-${ratePerS}.json`,
    text: JSON.stringify({
      request_rate: ratePerS,
      max_concurrency: null,
      input_lens: requests.map((r) => r.inputTokens),
      output_lens: requests.map((r) => r.outputTokens),
      ttfts: requests.map(() => ttftMs / 1e3),
      itls: requests.map((r) => new Array<number>(r.outputTokens - 1).fill(tpotMs / 1e3)),
      start_times: requests.map((r) => r.startS),
    }),
  };
}

describe('a fit', () => {
  const files = [1, 4, 10].map(benchResult);
  const result = calibrate({ files, deployment: DEPLOYMENT, options: { name: 'ours', seed: 1 } });

  test('predicts runs that it was not fitted to within 8 %, where the built-in numbers miss by tens', () => {
    expect(result.builtin.get('tpotMs.mean')!.medianPct).toBeGreaterThan(20);
    expect(result.fitted.get('tpotMs.mean')!.medianPct).toBeLessThan(3);
    expect(result.crossValidated!.get('tpotMs.mean')!.medianPct).toBeLessThan(8);
    expect(result.crossValidated!.get('ttftMs.mean')!.medianPct).toBeLessThan(10);
  });

  test('says what it was fitted to', () => {
    expect(result.calibration).toMatchObject({ kind: 'fitted', name: 'ours' });
    expect(result.calibration.fit!['cases']).toEqual(['rate-1.json', 'rate-4.json', 'rate-10.json']);
    expect(result.calibration.fit!['summary']).toMatch(/^Fitted to 3 measured runs; .* cross-validated/);
  });
});

test('a single run is fitted, not cross-validated', () => {
  const result = calibrate({
    files: [benchResult(4)],
    deployment: DEPLOYMENT,
    options: { name: 'one', seed: 1 },
  });
  expect(result.crossValidated).toBeNull();
});

describe('files', () => {
  const requests = Array.from({ length: 6 }, (_, i) => i);

  test('of GuideLLM give a run a benchmark, with its number of streams', () => {
    const request = (i: number): object => ({
      request_start_time: 100 + i,
      request_latency: 1.5,
      prompt_tokens: 100,
      output_tokens: 11,
      time_to_first_token_ms: 50,
    });
    const document = {
      benchmarks: [
        { config: { strategy: { streams: 4 } }, requests: { successful: requests.map(request) } },
        { requests: { successful: [...requests.map(request), { prompt_tokens: 3 }] } },
      ],
    };
    expect(runFormatOf(document)).toBe('guidellm');
    const runs = readRuns('b.json', document, 'guidellm');
    expect(runs.map((run) => [run.name, run.requests.length, run.concurrency])).toEqual([
      ['b.json#1', 6, 4],
      ['b.json#2', 6, null],
    ]);
    expect(runs[0]!.requests[2]).toEqual({
      startS: 102,
      inputTokens: 100,
      outputTokens: 11,
      ttftMs: 50,
      e2eMs: 1500,
    });
  });

  test('of inference-perf count times from the start of a request', () => {
    const document = requests.map((i) => ({
      start_time: 10 + i,
      end_time: 12 + i,
      info: { input_tokens: 100, output_tokens: 3, output_token_times: [10.25 + i, 11 + i, 12 + i] },
    }));
    expect(runFormatOf(document)).toBe('inference-perf');
    const [run] = readRuns('p.json', document, 'inference-perf');
    expect(run!.requests[1]).toMatchObject({ startS: 11, ttftMs: 250, e2eMs: 2000 });
  });

  test('that cannot be used are refused by name and field', () => {
    const of = (text: string, deployment = DEPLOYMENT) =>
      calibrate({ files: [{ name: 'x.json', text }], deployment, options: { name: 'n', seed: 1 } });
    expect(() => of('{')).toThrow(/x\.json/);
    expect(() => of('{"a":1}')).toThrow(/x\.json.*none of the known fields/);
    expect(() => of('{"mean_ttft_ms":3}')).toThrow(/input_lens.*--save-detailed/);
    expect(() => of('[{"start_time":1,"info":{}}]')).toThrow(/x\.json.*0 successful requests/);
    expect(() => calibrate({ files: [benchResult(4)], options: { name: 'n', seed: 1 } })).toThrow(
      /rate-4\.json.*--gpu/,
    );
  });
});

describe('kernel timings', () => {
  const table = (rows: readonly string[]) => ({
    name: 'k.csv',
    text: ['operator,rows,columns,depth,batch,context,bytes,us', ...rows].join('\n'),
  });

  test('twice as slow as modelled give a factor of 2', () => {
    const [one] = kernelFactors(table(['gemm,64,6144,4096,,,,100', 'gemm,64,6144,4096,,,,100']), DEPLOYMENT);
    const [two] = kernelFactors(table(['gemm,64,6144,4096,,,,200', 'gemm,64,6144,4096,,,,200']), DEPLOYMENT);
    expect(two!.factor / one!.factor).toBeCloseTo(2, 12);
    expect(two).toMatchObject({ kind: 'gemm', rows: 2, afterPct: 0 });
  });

  test('of an unknown operator, or without a figure, are refused by row and column', () => {
    expect(() => kernelFactors(table(['gemv,1,2,3,,,,1']), DEPLOYMENT)).toThrow(/row 2\.operator.*"gemv"/);
    expect(() => kernelFactors(table(['decode_attention,,,,8,,,1']), DEPLOYMENT)).toThrow(/row 2\.context/);
  });
});
