import { describe, expect, test } from 'vitest';
import { findLlm } from '../../models/llms.ts';
import type { StepModel } from '../../sim/latency/step-model.ts';
import { stepModel } from './deployments.ts';
import { decodeShape } from './shapes.ts';

/** A step of 8 sequences at 1,000 tokens each that verifies 3 drafts of each. */
const VERIFY = { ...decodeShape(8, 8000), draftTokens: 24, sampledRows: 32 };

describe('steps of speculative decoding', () => {
  const make = (changes: object = {}): StepModel =>
    stepModel('h100-sxm', 'llama-3.1-70b', { tp: 4, ...changes });
  const plainUs = make().stepUs(decodeShape(8, 8000));
  const head = make({ drafter: { passes: 3, width: 1, layers: 1 } });
  const model = make({ drafter: { passes: 3, width: 1, layers: 1, model: findLlm('llama-3.2-1b') } });

  test('verification of a small batch is bound by weights: it costs far less than as many steps', () => {
    const verifyUs = make().stepUs(VERIFY);
    expect(verifyUs).toBeGreaterThan(plainUs);
    expect(verifyUs).toBeLessThan(1.4 * plainUs);
  });

  test('a head adds a layer and a vocabulary projection per draft, a draft model adds its own steps', () => {
    const verifyUs = make().stepUs(VERIFY);
    const headUs = head.stepUs(VERIFY) - verifyUs;
    const modelUs = model.stepUs(VERIFY) - verifyUs;
    expect(headUs).toBeGreaterThan((3 * plainUs) / 80);
    expect(modelUs).toBeGreaterThan(headUs);
    expect(modelUs).toBeLessThan(plainUs);
  });
});
