/** Transfers between prefill and decode replicas over nodes, racks and NICs, worked by hand; and links in the report. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import { linkReports } from '../../sim/metrics/transport-report.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import type { SimRequest } from '../../sim/workload/request.ts';

/** 131,072 bytes a token (Llama-3.1-8B in bf16), 999 of 1,000 tokens pulled. */
const BYTES = 999 * 131_072;

function run(network: object, options: { replicas?: number; requests?: number; tp?: number } = {}) {
  const { replicas = 1, requests = 1, tp = 1 } = options;
  const pool = (role: string): object => ({
    name: role,
    role,
    replicas,
    gpu: 'h100-sxm',
    model: 'llama-3.1-8b',
    engine: { name: 'vllm' },
    parallel: { tp },
  });
  const scenario = parseScenario({
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'burst', requests },
      input: { dist: 'constant', value: 1000 },
      output: { dist: 'constant', value: 2 },
    },
    fleet: { pools: [pool('prefill'), pool('decode')], network },
    calibration: {
      kind: 'affine',
      baseUs: 1000,
      perSequenceUs: 0,
      perPrefillTokenUs: 0,
      perContextTokenUs: 0,
      frontEndUs: 0,
    },
  });
  const records: SimRequest[] = [];
  const result = simulate(scenario, { seed: 1, fastForward: true, onRecord: (r) => records.push(r) });
  return { result, transferUs: records.map((r) => r.course.transferUs) };
}

const kvLink = { GBps: 10, baseUs: 20 };
const scaleUp = { GBps: 100, baseUs: 5 };

describe('fabric', () => {
  test('without a topology a transfer crosses both NICs', () => {
    const { transferUs, result } = run({ kvLink });
    expect(transferUs[0]!).toBeCloseTo(20 + BYTES / 10e3, 3);
    expect(linkReports([result]).map((l) => [l.name, l.links, l.GBps, l.bytes])).toEqual([
      ['prefill/nic-out', 1, 10, BYTES],
      ['decode/nic-in', 1, 10, BYTES],
    ]);
  });

  test('within a node it takes the scale-up link, all GPUs of a replica together', () => {
    expect(run({ kvLink, topology: { scaleUp } }).transferUs[0]!).toBeCloseTo(5 + BYTES / 100e3, 3);
    expect(run({ kvLink, topology: { scaleUp } }, { tp: 2 }).transferUs[0]!).toBeCloseTo(
      5 + BYTES / 200e3,
      3,
    );
  });

  test('between nodes it takes NICs; between racks the spine besides, with its latency', () => {
    const nodes = { gpusPerNode: 1, scaleUp };
    expect(run({ kvLink, topology: nodes }).transferUs[0]!).toBeCloseTo(20 + BYTES / 10e3, 3);
    const racks = { ...nodes, nodesPerRack: 1, spineGBps: 4, spineBaseUs: 7 };
    const { transferUs, result } = run({ kvLink, topology: racks });
    expect(transferUs[0]!).toBeCloseTo(27 + BYTES / 4e3, 3);
    const spine = linkReports([result]).find((l) => l.name === 'rack/spine-out')!;
    expect(spine.bytes).toBe(BYTES);
    expect(spine.utilisation.max).toBeCloseTo(BYTES / 4e3 / result.durationUs, 9);
  });

  test('GPUs of a node share its NICs', () => {
    const node = { gpusPerNode: 2, scaleUp };
    expect(run({ kvLink, topology: node }, { tp: 2 }).transferUs[0]!).toBeCloseTo(20 + BYTES / 20e3, 3);
    const { transferUs } = run({ kvLink, topology: { ...node, nicsPerNode: 1 } }, { tp: 2 });
    expect(transferUs[0]!).toBeCloseTo(20 + BYTES / 10e3, 3);
  });

  test('spread placement keeps transfers in nodes that packed placement sends between them', () => {
    const bytesOf = (placement: string, name: string): number => {
      const topology = { gpusPerNode: 4, scaleUp };
      const { result } = run({ kvLink, topology, placement }, { replicas: 4, requests: 200 });
      const bytes = linkReports([result]).find((l) => l.name === name)?.bytes ?? 0;
      return bytes / (200 * BYTES);
    };
    expect(bytesOf('packed', 'prefill/nic-out')).toBeCloseTo(1, 9);
    expect(bytesOf('packed', 'prefill/scale-up-out')).toBe(0);
    const local = bytesOf('spread', 'prefill/scale-up-out');
    expect(local).toBeGreaterThan(0.3);
    expect(local).toBeLessThan(0.7);
  });

  test('a message rate bounds pulls of small pieces', () => {
    // Messages of 16 tokens x 131,072 B / (32 layers x 2) = 32,768 B; 100,000 a second are 3.28 GB/s.
    const { transferUs } = run({ kvLink, messageRatePerS: 1e5 });
    expect(transferUs[0]!).toBeCloseTo(20 + BYTES / (0.1 * 32_768), 3);
    expect(run({ kvLink, messageRatePerS: 1e6 }).transferUs[0]!).toBeCloseTo(20 + BYTES / 10e3, 3);
  });

  test('a placement without a topology is an error that says so', () => {
    expect(() => run({ kvLink, placement: 'spread' })).toThrow(/fleet\.network\.placement/);
  });
});
