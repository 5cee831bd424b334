/** The affine calibration, against its own definition. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { affineStepModel } from '../../sim/latency/affine.ts';
import type { DecodeTerms } from '../../sim/latency/step-model.ts';
import { decodeShape } from './shapes.ts';

const MODEL = affineStepModel({
  baseUs: 5000,
  perSequenceUs: 40,
  perPrefillTokenUs: 20,
  perContextTokenUs: 0.05,
  frontEndUs: 1500,
});

test('worked example: 3 decodes over 3,000 tokens and a chunk of 100 tokens up to position 500', () => {
  const shape = {
    ...decodeShape(3, 3000),
    prefillChunks: 1,
    prefillTokens: 100,
    prefillContextTokens: 500,
    sampledRows: 4,
  };
  expect(MODEL.stepUs(shape)).toBe(5000 + 4 * 40 + 100 * 20 + 3500 * 0.05);
  expect(MODEL.frontEndUs(123)).toBe(1500);
});

test('decode terms say what a step lasts, for ever', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 512 }), fc.integer({ min: 1, max: 1e7 }), (batch, context) => {
      const terms: DecodeTerms = { baseUs: 0, perContextUs: 0, validToContext: 0 };
      MODEL.decodeTerms(batch, context, terms);
      expect(terms.baseUs + terms.perContextUs * context).toBe(MODEL.stepUs(decodeShape(batch, context)));
      expect(terms.validToContext).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});
