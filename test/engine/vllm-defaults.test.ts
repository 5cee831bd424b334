/** Defaults of vLLM that depend on the GPU and the version, and its CUDA graph modes. */
import { expect, test } from 'vitest';
import { vllmConfig } from '../../sim/engine/vllm/config.ts';

const gpu = (gib: number, isA100: boolean) => ({
  gpuMemoryBytes: gib * 2 ** 30,
  isA100,
  modelMaxLen: 8192,
  path: 'pool',
});
const budgets = (version: string, context: ReturnType<typeof gpu>): number[] => {
  const { maxBatchedTokens, maxSeqs } = vllmConfig(version, {}, context);
  return [maxBatchedTokens, maxSeqs];
};

test('GPUs from 70 GiB on take 8192 tokens and 1024 sequences, smaller ones and an A100 2048 and 256', () => {
  expect(budgets('0.19', gpu(80, false))).toEqual([8192, 1024]);
  expect(budgets('0.19', gpu(48, false))).toEqual([2048, 256]);
  expect(budgets('0.19', gpu(80, true))).toEqual([2048, 256]);
});

test('before 0.9 an A100 of 80 GB took 8192 tokens as well', () => {
  expect(budgets('0.8.5', gpu(80, true))).toEqual([8192, 256]);
  expect(budgets('0.8.5', gpu(40, true))).toEqual([2048, 256]);
});

test('an unknown graph mode is refused with those there are', () => {
  expect(vllmConfig('0.19', { cudagraph_mode: 'full_decode_only' }, gpu(80, false)).graphMode).toBe(
    'FULL_DECODE_ONLY',
  );
  expect(() => vllmConfig('0.19', { cudagraph_mode: 'SOME' }, gpu(80, false))).toThrow(
    /cudagraph_mode.*FULL_DECODE_ONLY/,
  );
});
