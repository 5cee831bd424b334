import { describe, expect, test } from 'vitest';
import { buildFleet } from '../../sim/cluster/fleet.ts';
import { EmulatedEngine } from '../../sim/emulate/emulated-engine.ts';
import type { PoolSpec } from '../../sim/scenario/schema.ts';
import { request } from '../engine/harness.ts';

/** Sizes of the chunks that one request of 25 tokens gets from a live engine. */
function chunksOf(engine: PoolSpec['engine']): number[] {
  const spec: PoolSpec = {
    name: 'p',
    role: 'both',
    replicas: 1,
    gpu: 'h100-sxm',
    model: 'llama-3.1-8b',
    engine,
  };
  const live = new EmulatedEngine(buildFleet({ pools: [spec] }, undefined, 'fleet').pools[0]!);
  const chunks: number[] = [];
  const listener = {
    tokens: (count: number) => chunks.push(count),
    finished: () => undefined,
    loadRemote: () => undefined,
    refused: () => undefined,
  };
  live.submit(request(0, [[-1, 100]], 25), 'whole', listener, 0);
  for (let at = live.advance(0); at !== Number.POSITIVE_INFINITY; ) at = live.advance(at);
  return chunks;
}

describe('a live engine', () => {
  test('streams token by token', () => {
    expect(chunksOf({ name: 'vllm' })).toEqual(Array<number>(25).fill(1));
  });

  test('streams as its stream interval says', () => {
    expect(chunksOf({ name: 'vllm', args: { stream_interval: 10 } })).toEqual([1, 10, 10, 4]);
  });

  test('sends the tokens of a step with drafts together', () => {
    const args = {
      speculative_config: '{"method":"ngram","num_speculative_tokens":3}',
      speculative_acceptance: '1',
    };
    expect(chunksOf({ name: 'vllm', args })).toEqual([1, 4, 4, 4, 4, 4, 4]);
  });
});
