/** Narrow KV: capacity as laid out, speed as measured end to end, never a kernel's claim alone. */
import { describe, expect, test } from 'vitest';
import { kvBytesPerToken } from '../../models/kv.ts';
import { findLlm } from '../../models/llms.ts';
import { stepModel } from './deployments.ts';
import { decodeShape } from './shapes.ts';

const LLAMA = findLlm('llama-3.1-8b');
const SEQUENCES = 16;

/** Time of a decode step over that of bf16 KV, at so many tokens of context a sequence. */
function slowdown(gpu: string, kv: string, context: number): number {
  const shape = decodeShape(SEQUENCES, SEQUENCES * context);
  const us = (format: string): number =>
    stepModel(gpu, LLAMA.id, { precision: { weights: 'bf16', kv: format } }).stepUs(shape);
  return us(kv) / us('bf16');
}

describe('KV precision', () => {
  test.each([
    ['fp8', 2],
    ['nvfp4', 512 / 144],
    ['turboquant_k8v4', 512 / 196],
    ['turboquant_4bit_nc', 512 / 136],
  ])('%s holds %f times the tokens of bf16', (kv, times) => {
    expect(kvBytesPerToken(LLAMA) / kvBytesPerToken(LLAMA, kv)).toBeCloseTo(times, 6);
  });

  test.each(['turboquant_k8v4', 'turboquant_4bit_nc', 'turboquant_k3v4_nc', 'turboquant_3bit_nc'])(
    '%s: throughput at long context is 66 to 80 %% of bf16, and at short context less too',
    (kv) => {
      const long = 1 / slowdown('h100-sxm', kv, 16_384);
      expect(long).toBeGreaterThan(0.66);
      expect(long).toBeLessThan(0.8);
      // TPOT of short contexts was measured at 1.16 to 1.31 times that of bf16.
      expect(slowdown('h100-sxm', kv, 400)).toBeGreaterThan(1.12);
      expect(slowdown('h100-sxm', kv, 400)).toBeLessThan(1.31);
      expect(slowdown('h100-sxm', kv, 60_000)).toBeLessThan(1.55);
    },
  );

  test('nvfp4 decodes as fast as fp8 and no faster; int8 as bf16', () => {
    for (const context of [100, 4000, 60_000]) {
      expect(slowdown('b200-sxm', 'nvfp4', context)).toBe(slowdown('b200-sxm', 'fp8', context));
      expect(slowdown('h100-sxm', 'int8', context)).toBe(1);
    }
    expect(slowdown('b200-sxm', 'fp8', 60_000)).toBeLessThan(1);
  });

  test('what is assumed, and what accuracy it costs, stands in the provenance', () => {
    const notes = (kv: string): string =>
      stepModel('h100-sxm', LLAMA.id, { precision: { weights: 'bf16', kv } }).provenance.notes.join('\n');
    expect(notes('turboquant_3bit_nc')).toMatch(/1\.5 times .* 30 % more .* accuracy suffers \(GSM8K 0\.72/);
    expect(notes('bf16')).not.toMatch(/KV/);
  });
});
