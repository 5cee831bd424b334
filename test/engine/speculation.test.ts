import { describe, expect, test } from 'vitest';
import { sglangConfig } from '../../sim/engine/sglang/config.ts';
import { SglangEngine } from '../../sim/engine/sglang/sglang.ts';
import { Acceptance, expectedTokens } from '../../sim/engine/speculation.ts';
import { type TrtllmConfig, trtllmConfig } from '../../sim/engine/trtllm/config.ts';
import { TrtllmEngine } from '../../sim/engine/trtllm/trtllm.ts';
import { type VllmConfig, vllmConfig } from '../../sim/engine/vllm/config.ts';
import { VllmEngine } from '../../sim/engine/vllm/vllm.ts';
import { affineModel, Bench, request } from './harness.ts';
import { expectFastForwardEqual, expectNothingLost, type MakeEngine } from './worlds.ts';

const H100 = { gpuMemoryBytes: 85_520_809_984, isA100: false, modelMaxLen: 131_072, path: 'engine' };

function speculative(acceptance: string, overrides: Partial<VllmConfig> = {}): VllmConfig {
  const args = {
    speculative_config: '{"method":"eagle3","num_speculative_tokens":3}',
    speculative_acceptance: acceptance,
    async_scheduling: false,
  };
  return { ...vllmConfig('0.19', args, H100), ...overrides };
}

describe('speculative decoding', () => {
  test('G26: three drafts accepted with 0.8, 0.6, 0.4 yield 2.472 tokens a step', () => {
    expect(expectedTokens([0.8, 0.6, 0.4])).toBeCloseTo(2.472, 12);
    const vllm = new VllmEngine(speculative('0.8,0.6,0.4'), affineModel({ base: 1000 }), 100_000, true);
    const bench = new Bench(vllm);
    for (let i = 0; i < 20; i++) bench.arrive(request(i, [[-1 - i, 10]], 2001));
    bench.run();
    // Per request 2,000 tokens after the first, one chunk a step.
    const steps = bench.gaps.length;
    expect((20 * 2000) / steps).toBeCloseTo(2.472, 1);
    expect(vllm.meters.draftTokens).toBe(3 * steps);
    expect(Math.abs(vllm.meters.acceptedTokens / steps - 1.472)).toBeLessThan(0.03);
  });

  test('of which drafts are accepted nothing depends on anything but seed, request and position', () => {
    const one = new Acceptance([0.5, 0.5], 7);
    const same = new Acceptance([0.5, 0.5], 7);
    const other = new Acceptance([0.5, 0.5], 8);
    const draws = (a: Acceptance): number[] => Array.from({ length: 200 }, (_, i) => a.draw(3, i, 2));
    expect(draws(one)).toEqual(draws(same));
    expect(draws(one)).not.toEqual(draws(other));
  });

  test('a step that accepts all drafts ends a request of 1 + 8 tokens after two steps, in chunks of four', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(new VllmEngine(speculative('1,1,1'), model, 1000, true));
    bench.arrive(request(0, [[-1, 10]], 9));
    bench.run();
    expect(bench.times('finished').get(0)).toBe(3000);
    expect(bench.gaps).toEqual([1000, 1000]);
    expect(model.shapes.map((s) => [s.decodeSequences, s.draftTokens, s.sampledRows])).toEqual([
      [0, 0, 1],
      [1, 3, 4],
      [1, 3, 4],
    ]);
  });

  test('drafts take from the token budget and are trimmed to what is left of it', () => {
    const model = affineModel({ base: 1000 });
    const settings = speculative('0,0,0', { maxBatchedTokens: 10 });
    const bench = new Bench(new VllmEngine(settings, model, 1000, true));
    for (let i = 0; i < 3; i++) bench.arrive(request(i, [[-1 - i, 3]], 4));
    bench.run();
    const decodeSteps = model.shapes.filter((s) => s.prefillChunks === 0);
    // 1 + 3, 1 + 3 and 1 + 1 of a budget of 10.
    expect(decodeSteps[0]).toMatchObject({ decodeSequences: 3, draftTokens: 7 });
  });
});

const SGLANG = { gpuMemoryBytes: 85_520_809_984, tp: 1, modelMaxLen: 131_072, path: 'engine' };
const EAGLE_TREE = {
  speculative_algorithm: 'EAGLE3',
  speculative_num_steps: 3,
  speculative_eagle_topk: 2,
  speculative_num_draft_tokens: 6,
  speculative_acceptance: '0.8,0.6,0.4',
};
const MTP = { decoding_type: 'MTP', num_nextn_predict_layers: 3, speculative_acceptance: '0.8,0.6,0.4' };

describe('native arguments', () => {
  test('SGLang verifies a tree of six tokens and accepts at most its three levels', () => {
    const { speculation } = sglangConfig('0.5.16', EAGLE_TREE, SGLANG);
    expect(speculation).toMatchObject({ draftTokens: 5, acceptance: [0.8, 0.6, 0.4], passes: 3, width: 2 });
  });

  test('TensorRT-LLM counts next-n layers as drafts', () => {
    const { speculation } = trtllmConfig('1.2', MTP, { modelMaxLen: 4096, path: 'engine' });
    expect(speculation).toMatchObject({ draftTokens: 3, passes: 3, draftModel: '' });
  });

  test('mistakes are named by argument', () => {
    const vllm = (config: string) => () => vllmConfig('0.19', { speculative_config: config }, H100);
    expect(vllm('{"method":"medusa7","num_speculative_tokens":2}')).toThrow(/speculative_config/);
    expect(vllm('{"method":"eagle"}')).toThrow(/num_speculative_tokens/);
    expect(vllm('eagle')).toThrow(/JSON object/);
    expect(() => speculative('0.8,1.4')).toThrow(/speculative_acceptance/);
    expect(() => sglangConfig('0.5.16', { speculative_algorithm: 'MAGIC' }, SGLANG)).toThrow(/EAGLE3/);
    expect(() => sglangConfig('0.5.16', { speculative_algorithm: 'STANDALONE' }, SGLANG)).toThrow(
      /speculative_draft_model_path/,
    );
  });
});

const vllm: MakeEngine = (w, model, fastForward) =>
  new VllmEngine(
    speculative('0.8,0.6,0.4', {
      maxBatchedTokens: w.budget,
      maxSeqs: w.seqs,
      reserveFullPrompt: w.flags.a,
      asyncScheduling: w.flags.c,
    }),
    model,
    w.blocks,
    fastForward,
  );

const sglang: MakeEngine = (w, model, fastForward) =>
  new SglangEngine(
    {
      ...sglangConfig('0.5.16', EAGLE_TREE, SGLANG),
      chunkedPrefillSize: w.budget,
      maxRunningRequests: w.seqs,
      mixedChunk: w.flags.a,
      pageTokens: w.flags.b ? 1 : 4,
      overlapSchedule: w.flags.c,
    },
    model,
    w.blocks * 8,
    fastForward,
  );

const trtllm =
  (capacityPolicy: TrtllmConfig['capacityPolicy']): MakeEngine =>
  (w, model, fastForward) =>
    new TrtllmEngine(
      {
        ...trtllmConfig('1.2', MTP, { modelMaxLen: 131_072, path: 'engine' }),
        maxNumTokens: w.flags.a ? w.budget + 48 : 300,
        maxBatchSize: w.seqs,
        chunkedPrefill: w.flags.a,
        tokensPerBlock: 4,
        overlapScheduler: w.flags.c,
        capacityPolicy,
      },
      model,
      w.blocks * 8,
      fastForward,
    );

describe.each([
  ['vLLM', vllm],
  ['SGLang', sglang],
  ['TensorRT-LLM, GUARANTEED_NO_EVICT', trtllm('GUARANTEED_NO_EVICT')],
  ['TensorRT-LLM, MAX_UTILIZATION', trtllm('MAX_UTILIZATION')],
])('drafts of %s in random worlds', (_name, make) => {
  test('every request ends exactly once and all blocks come back', () => expectNothingLost(make, false, 200));

  test('fast-forward changes nothing', () => expectFastForwardEqual(make, 200));
});
