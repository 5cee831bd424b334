import { describe, expect, test } from 'vitest';
import {
  type CudaGraphs,
  paddingTable,
  sglangGraphs,
  tgiGraphs,
  trtllmGraphs,
  vllmGraphs,
} from '../../sim/latency/cuda-graphs.ts';
import { stepModel } from './deployments.ts';
import { decodeShape } from './shapes.ts';

/** Rows that a batch is padded to; null when it runs without a graph. */
function padded(graphs: CudaGraphs, batch: number): number | null {
  return paddingTable(graphs)[batch] || null;
}

describe('CUDA graph sizes', () => {
  test('G19: vLLM pads 33 to 40, 257 to 272, and 513 not at all', () => {
    const graphs = vllmGraphs(1024);
    expect([33, 257, 512, 513].map((batch) => padded(graphs, batch))).toEqual([40, 272, 512, null]);
  });

  test('G19: SGLang pads 13 to 16 and 257 to 272', () => {
    const graphs = sglangGraphs(512, false);
    expect([1, 3, 9, 13, 257, 512].map((batch) => padded(graphs, batch))).toEqual([1, 4, 12, 16, 272, 512]);
    expect(padded(sglangGraphs(256, false), 257)).toBeNull();
    expect(padded(sglangGraphs(512, true), 13)).toBe(14);
  });

  test('TensorRT-LLM without padding runs sizes that are not on its list without a graph', () => {
    const plain = trtllmGraphs(128, false);
    expect([7, 32, 33, 64, 100, 128].map((batch) => padded(plain, batch))).toEqual([
      7,
      32,
      null,
      64,
      null,
      128,
    ]);
    const padding = trtllmGraphs(1024, true);
    expect([7, 33, 129, 600].map((batch) => padded(padding, batch))).toEqual([8, 40, 256, 1024]);
  });

  test('TGI captures up to 32', () => {
    expect([5, 17, 33].map((batch) => padded(tgiGraphs(), batch))).toEqual([8, 32, null]);
  });
});

describe('steps under an engine’s own graphs', () => {
  const make = (cudaGraphs: CudaGraphs) =>
    stepModel('h100-sxm', 'llama-3.1-8b', { engine: { name: 'sglang', version: '0.5' }, cudaGraphs });
  const sglang = make(sglangGraphs(32, false));

  test('an SGLang decode step of 13 computes 16 rows, one of 16 just as many', () => {
    const exact = make({ ...sglangGraphs(32, false), sizes: Array.from({ length: 32 }, (_, i) => i + 1) });
    const extraUs = (batch: number): number =>
      sglang.stepUs(decodeShape(batch, 16_000)) - exact.stepUs(decodeShape(batch, 16_000));
    expect(extraUs(13)).toBeGreaterThan(0);
    expect(extraUs(16)).toBe(0);
  });

  test('a batch beyond the largest graph waits for the launches of 32 layers', () => {
    expect(sglang.stepUs(decodeShape(33, 16_000))).toBeGreaterThanOrEqual(32 * 300);
    expect(sglang.stepUs(decodeShape(32, 16_000))).toBeLessThan(32 * 300);
  });
});
