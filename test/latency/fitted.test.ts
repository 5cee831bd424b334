/** Host-bound prompt steps, kernel factors, fitted calibrations and corrections left out. */
import { describe, expect, test } from 'vitest';
import { buildStepModel } from '../../sim/latency/build.ts';
import { CORRECTIONS } from '../../sim/latency/calibration.ts';
import { builtinCalibration } from '../../sim/latency/calibrations.ts';
import { vllmGraphs } from '../../sim/latency/cuda-graphs.ts';
import { withoutCorrections } from '../../sim/latency/fitted.ts';
import type { FittedCalibration } from '../../sim/scenario/schema.ts';
import { deployment } from './deployments.ts';
import { decodeShape, promptShape } from './shapes.ts';

const ENGINE = { name: 'vllm', version: '0.19' };

describe('steps that hold prompts outside of CUDA graphs', () => {
  const onB200 = (tp: number) => deployment('b200-sxm', 'llama-3.1-70b', { tp, maxBatchedTokens: 8192 });
  const prefillUs = (tp: number, tokens: number): number => {
    const model = buildStepModel(undefined, onB200(tp));
    return model.stepUs(promptShape(model, 0, tokens));
  };

  test('last at least 0.6 ms a layer: 1,024 tokens take no less time at TP 8 than at TP 4', () => {
    expect(prefillUs(4, 1024)).toBe(80 * 600);
    expect(prefillUs(8, 1024)).toBe(80 * 600);
    expect(prefillUs(8, 8192)).toBeGreaterThan(80 * 600);
  });

  test('within the captured sizes there is no such bound, unless only decodes are captured', () => {
    expect(prefillUs(8, 256)).toBeLessThan(20e3);
    const decodeOnly = { ...onB200(8), cudaGraphs: { ...vllmGraphs(256), prefill: false } };
    const model = buildStepModel(undefined, decodeOnly);
    expect(model.stepUs(promptShape(model, 0, 256))).toBe(80 * 600);
  });
});

describe('a fitted calibration', () => {
  const base: FittedCalibration = { kind: 'fitted', name: 'ours' };
  const h100 = deployment('h100-sxm', 'llama-3.1-8b', { tp: 2 });

  test('without figures is its base under another name', () => {
    const own = buildStepModel(base, h100);
    const builtin = buildStepModel(undefined, h100);
    expect(own.stepUs(decodeShape(32, 32 * 1024))).toBe(builtin.stepUs(decodeShape(32, 32 * 1024)));
    expect(own.provenance.calibration).toBe('ours');
  });

  test('adds its host time to every step and its front end to every request', () => {
    const fit: FittedCalibration = {
      ...base,
      hostBaseUs: 500,
      hostPerSequenceUs: 10,
      frontEndUs: 7000,
      frontEndPerTokenUs: 2,
      firstTokenLagSteps: 0,
    };
    const shape = decodeShape(32, 32 * 1024);
    const gpuUs = buildStepModel({ ...fit, hostBaseUs: 0, hostPerSequenceUs: 0 }, h100).stepUs(shape);
    const own = buildStepModel(fit, h100);
    expect(own.stepUs(shape) - gpuUs).toBeCloseTo(500 + 32 * 10, 6);
    expect(own.frontEndUs(100)).toBe(7000 + 200);
  });

  test('factors of 2 on every class of kernels double what the GPU does but for norms and sampling', () => {
    const slow = { gemm: 2, attention: 2, experts: 2, collectives: 2 };
    const time = (kernels: FittedCalibration['kernels']): number =>
      buildStepModel({ ...base, ...(kernels === undefined ? {} : { kernels }) }, h100).stepUs(
        decodeShape(32, 32 * 1024),
      );
    expect(time(slow) / time(undefined)).toBeGreaterThan(1.7);
    expect(time(slow) / time(undefined)).toBeLessThan(2);
  });

  test('of an unknown base is refused by its place', () => {
    expect(() => buildStepModel({ ...base, base: 'builtin/vlm@0.15' }, h100)).toThrow(/calibration\.base/);
  });

  test('in a file that nobody has read is refused', () => {
    expect(() => buildStepModel({ file: 'ours.json' }, h100)).toThrow(/calibration\.file/);
  });
});

test('each correction left out shortens some step or delay, and none lengthens any', () => {
  const deployed = deployment('h100-sxm', 'gpt-oss-120b', { tp: 4 });
  const sync = { name: 'vllm', version: '0.12' };
  const times = (calibration: Parameters<typeof buildStepModel>[0]): number[] => {
    const model = buildStepModel(calibration, deployed);
    const mixed = { ...promptShape(model, 0, 2000), decodeSequences: 37, decodeContextTokens: 37_000 };
    return [
      model.stepUs(decodeShape(37, 37_000)),
      model.stepUs(promptShape(model, 0, 700)),
      model.stepUs(mixed),
      model.frontEndUs(1000),
    ];
  };
  for (const engine of [ENGINE, sync]) {
    const full = times(builtinCalibration(engine));
    for (const correction of CORRECTIONS) {
      const own = times(withoutCorrections(builtinCalibration(engine), [correction]));
      for (const [i, us] of own.entries()) expect(us).toBeLessThanOrEqual(full[i]! * 1.2);
      const isIdle = own.every((us, i) => us === full[i]);
      const noEffect =
        // FlashAttention 3 has no penalty for mixed steps; a synchronous engine has no lag.
        correction === 'mixed-attention' || (correction === 'first-token-lag' && engine === sync);
      expect([correction, isIdle]).toEqual([correction, noEffect]);
    }
  }
});
