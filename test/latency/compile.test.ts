/**
 * Laws of compiled step models, over models with windows, latent and linear attention, experts, and
 * host-bound engines.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GPUS } from '../../models/gpus.ts';
import { LLMS } from '../../models/llms.ts';
import { buildStepModel } from '../../sim/latency/build.ts';
import type { DecodeTerms, StepModel } from '../../sim/latency/step-model.ts';
import { deployment, stepModel } from './deployments.ts';
import { decodeShape, promptShape } from './shapes.ts';

const MODELS: readonly (readonly [name: string, model: StepModel])[] = [
  ['dense', stepModel('h100-sxm', 'llama-3.1-8b')],
  ['windows', stepModel('h100-sxm', 'gpt-oss-120b', { tp: 2 })],
  ['latent attention', stepModel('h200-sxm', 'deepseek-v3', { tp: 8 })],
  ['linear attention', stepModel('h100-sxm', 'qwen3-next-80b-a3b', { tp: 4 })],
  ['eager', stepModel('h100-sxm', 'llama-3.1-8b', { enforceEager: true })],
  [
    'host-bound',
    stepModel('h100-sxm', 'llama-3.1-8b', { tp: 8, engine: { name: 'trtllm', version: '1.2' } }),
  ],
  ['pipeline', stepModel('h100-sxm', 'llama-3.1-70b', { pp: 2, tp: 2 })],
  ['data parallel', stepModel('h200-sxm', 'deepseek-v3', { dp: 8, ep: 8 })],
  ['mixed-step penalty', stepModel('a100-80gb-sxm', 'llama-3.1-8b')],
];

const sequences = fc.integer({ min: 1, max: 256 });
const meanContext = fc.integer({ min: 1, max: 120_000 });

function termsOf(model: StepModel, batch: number, contextTokens: number): DecodeTerms {
  const terms: DecodeTerms = { baseUs: 0, perContextUs: 0, validToContext: 0 };
  model.decodeTerms(batch, contextTokens, terms);
  return terms;
}

describe.each(MODELS)('%s', (_name, model) => {
  test('a pure decode step is bit for bit affine in the context within the validity of its terms', () => {
    fc.assert(
      fc.property(
        sequences,
        meanContext,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (batch, mean, share) => {
          const from = batch * mean;
          const terms = termsOf(model, batch, from);
          expect(terms.validToContext).toBeGreaterThanOrEqual(from);
          const to = Math.floor(from + share * (Math.min(terms.validToContext, from + 1e7) - from));
          expect(model.stepUs(decodeShape(batch, to))).toBe(terms.baseUs + terms.perContextUs * to);
        },
      ),
    );
  });

  test('running the terms of the first step ahead equals asking for each step', () => {
    fc.assert(
      fc.property(sequences, meanContext, (batch, mean) => {
        const start = batch * mean;
        const terms = termsOf(model, batch, start);
        const steps = Math.min(50, Math.floor((terms.validToContext - start) / batch) + 1);
        for (let j = 0; j < steps; j++) {
          const context = start + j * batch;
          expect(model.stepUs(decodeShape(batch, context))).toBe(terms.baseUs + terms.perContextUs * context);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('step times are positive, finite and grow with context and prompt', () => {
    fc.assert(
      fc.property(sequences, meanContext, fc.integer({ min: 1, max: 4000 }), (batch, mean, tokens) => {
        const short = model.stepUs(decodeShape(batch, batch * mean));
        const long = model.stepUs(decodeShape(batch, batch * mean * 2));
        expect(short).toBeGreaterThan(0);
        expect(long).toBeGreaterThanOrEqual(short);
        expect(Number.isFinite(long)).toBe(true);
        const prompt = model.stepUs(promptShape(model, 0, tokens));
        expect(model.stepUs(promptShape(model, 0, tokens + 128))).toBeGreaterThanOrEqual(prompt * 0.999);
        expect(model.stepUs(promptShape(model, 1000, tokens))).toBeGreaterThanOrEqual(prompt);
      }),
    );
  });

  // A lone long context is read at the rate of one sequence where it decodes alone, and at that of the whole batch in a
  // mixed step: up to 4 % faster as fitted.
  test('a prompt chunk never makes a step shorter, but for how attention was fitted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 128 }),
        meanContext,
        fc.integer({ min: 64, max: 2048 }),
        (batch, mean, tokens) => {
          const decodes = decodeShape(batch, batch * mean);
          const mixed = {
            ...promptShape(model, 0, tokens),
            decodeSequences: batch,
            decodeContextTokens: batch * mean,
          };
          mixed.sampledRows = batch + 1;
          expect(model.stepUs(mixed)).toBeGreaterThan(model.stepUs(decodes) * 0.95);
        },
      ),
    );
  });
});

describe('padding', () => {
  test('a batch is computed at the next captured size: 33 sequences cost the products of 40', () => {
    const model = stepModel('h100-sxm', 'llama-3.1-8b', { engine: { name: 'vllm', version: '0.15' } });
    // Sampling and attention still follow the real batch: the base grows evenly from 33 to 40.
    const base = (batch: number): number => termsOf(model, batch, batch).baseUs;
    const growth = base(34) - base(33);
    expect(base(40) - base(39)).toBeCloseTo(growth, 1);
    expect(base(41) - base(40)).toBeGreaterThan(growth + 1);
  });

  test('eager engines pad nothing and never run below their launch time', () => {
    const model = stepModel('h100-sxm', 'llama-3.1-8b', { enforceEager: true });
    expect(model.stepUs(decodeShape(1, 100))).toBeGreaterThanOrEqual(32 * 300);
  });
});

describe('every catalogue GPU and model', () => {
  test('gives sane steps, and unprofiled GPUs say that they are extrapolated', () => {
    for (const gpu of GPUS) {
      const model = buildStepModel(undefined, deployment(gpu.id, 'llama-3.1-8b'));
      const weightReadUs = 16.06e9 / (gpu.memoryGBps * 1e3);
      const decode = model.stepUs(decodeShape(1, 1000));
      expect(decode, gpu.id).toBeGreaterThan(weightReadUs * 0.9);
      expect(decode, gpu.id).toBeLessThan(weightReadUs * 2 + 15_000);
    }
    expect(stepModel('mi300x', 'llama-3.1-8b').provenance.extrapolated).toBe(true);
    expect(stepModel('rtx-4090', 'llama-3.1-8b').provenance.extrapolated).toBe(true);
    expect(stepModel('h100-sxm', 'llama-3.1-8b').provenance.extrapolated).toBe(false);
  });

  test('every model compiles in its own precision', () => {
    for (const llm of LLMS) {
      const model = buildStepModel(undefined, deployment('b200-sxm', llm.id, { tp: 1 }));
      const step = model.stepUs(decodeShape(8, 8 * 2000));
      expect(step, llm.id).toBeGreaterThan(500);
      expect(step, llm.id).toBeLessThan(2e6);
    }
  });
});
