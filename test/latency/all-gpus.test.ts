/** Step times of GPUs and models that nobody measured are sane: positive, growing with work, marked. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GPUS } from '../../models/gpus.ts';
import { LLMS } from '../../models/llms.ts';
import { buildStepModel } from '../../sim/latency/build.ts';
import { hardwareOf } from '../../sim/latency/hardware.ts';
import { deployment } from './deployments.ts';
import { decodeShape, promptShape } from './shapes.ts';

const MODELS = ['llama-3.1-8b', 'llama-3.1-70b', 'gpt-oss-120b', 'deepseek-v3', 'qwen3.5-9b', 'mixtral-8x7b'];

test('every GPU of the catalogue runs every kind of model in positive time, and says when it was not measured', () => {
  for (const gpu of GPUS) {
    for (const model of MODELS) {
      const own = buildStepModel(undefined, deployment(gpu.id, model));
      for (const us of [own.stepUs(decodeShape(8, 8000)), own.stepUs(promptShape(own, 0, 700))]) {
        expect(us).toBeGreaterThan(0);
        expect(Number.isFinite(us)).toBe(true);
      }
      if (!hardwareOf(gpu).measured) expect(own.provenance.extrapolated).toBe(true);
    }
  }
});

test('more sequences, more context and longer prompts never make a step shorter by more than padding and caching explain', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...GPUS),
      fc.constantFrom(...LLMS),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 4000 }),
      fc.integer({ min: 513, max: 4000 }),
      (gpu, llm, sequences, context, prompt) => {
        const own = buildStepModel(undefined, deployment(gpu.id, llm.id));
        const decodeUs = own.stepUs(decodeShape(sequences, sequences * context));
        expect(own.stepUs(decodeShape(2 * sequences, 2 * sequences * context))).toBeGreaterThanOrEqual(
          decodeUs * 0.999,
        );
        expect(own.stepUs(decodeShape(sequences, 2 * sequences * context))).toBeGreaterThanOrEqual(
          decodeUs * 0.999,
        );
        const promptUs = own.stepUs(promptShape(own, 0, prompt));
        expect(own.stepUs(promptShape(own, 0, 2 * prompt))).toBeGreaterThanOrEqual(promptUs * 0.999);
        expect(promptUs).toBeGreaterThan(0);
      },
    ),
    { numRuns: 150 },
  );
});
