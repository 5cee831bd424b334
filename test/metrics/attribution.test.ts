/** Where the time goes: phases add up to the whole, and are those that a hand-worked run has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import { attributionOf } from '../../sim/metrics/attribution.ts';
import { PhaseBins } from '../../sim/metrics/phase-bins.ts';
import { addDecodePhases, PHASES, type Phase, writeFirstPhases } from '../../sim/metrics/phases.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';

interface Row {
  readonly ttftUs: number;
  readonly e2eUs: number;
  readonly first: Readonly<Record<Phase, number>>;
  readonly whole: Readonly<Record<Phase, number>>;
}

const AFFINE = {
  kind: 'affine',
  baseUs: 10_000,
  perSequenceUs: 0,
  perPrefillTokenUs: 100,
  perContextTokenUs: 0,
  frontEndUs: 500,
};

function pool(role: string, replicas: number, blocks?: number): Record<string, unknown> {
  const args = {
    enable_prefix_caching: false,
    ...(blocks === undefined ? {} : { num_gpu_blocks_override: blocks }),
  };
  return {
    ...{ name: role, role, replicas, gpu: 'h100-sxm', model: 'llama-3.1-8b' },
    engine: { name: 'vllm', args },
  };
}

function run(
  changes: Record<string, unknown>,
  seed = 1,
): { rows: Row[]; result: ReturnType<typeof simulate> } {
  const scenario = parseScenario({
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'constant', rateRps: 1 },
      input: { dist: 'constant', value: 1000 },
      output: { dist: 'constant', value: 3 },
    },
    run: { requests: 1 },
    fleet: { pools: [pool('both', 1)] },
    calibration: AFFINE,
    ...changes,
  });
  const rows: Row[] = [];
  const first = new Float64Array(PHASES.length);
  const whole = new Float64Array(PHASES.length);
  const named = (of: Float64Array): Record<Phase, number> =>
    Object.fromEntries(PHASES.map((phase, i) => [phase, of[i]!])) as Record<Phase, number>;
  const result = simulate(scenario, {
    seed,
    fastForward: true,
    onRecord: (request) => {
      if (request.course.ending !== 'completed') return;
      writeFirstPhases(request, first);
      whole.set(first);
      addDecodePhases(request, whole);
      rows.push({
        ttftUs: request.course.firstTokenUs - request.request.arrivalUs,
        e2eUs: request.course.endUs - request.request.arrivalUs,
        first: named(first),
        whole: named(whole),
      });
    },
  });
  return { rows, result };
}

const sumOf = (parts: Readonly<Record<Phase, number>>): number =>
  PHASES.reduce((sum, phase) => sum + parts[phase], 0);

describe('phases of a request', () => {
  it('of a lone request: front end, one prefill step, two decode steps', () => {
    const { rows } = run({});
    expect(rows[0]!.whole.frontEnd).toBeCloseTo(500, 3);
    // One step: 10 ms and 1000 tokens of 0.1 ms.
    expect(rows[0]!.whole.prefill).toBeCloseTo(110_000, 1);
    expect(rows[0]!.whole.decode).toBeCloseTo(20_000, 1);
    for (const phase of ['retry', 'flowControl', 'queue', 'transfer', 'decodeWait', 'preemption'] as const) {
      expect(rows[0]!.whole[phase]).toBeCloseTo(0, 3);
    }
  });

  it('of two requests at once on an engine for one: the second queues while the first is served', () => {
    const { rows } = run({
      workload: {
        kind: 'synthetic',
        arrivals: { process: 'burst', requests: 2 },
        input: { dist: 'constant', value: 1000 },
        output: { dist: 'constant', value: 3 },
      },
      run: { requests: 2 },
      fleet: {
        pools: [
          {
            ...pool('both', 1),
            engine: { name: 'vllm', args: { max_num_seqs: 1, enable_prefix_caching: false } },
          },
        ],
      },
    });
    expect(rows.map((row) => Math.round(row.whole.queue / 1e3))).toEqual([0, 130]);
  });

  it('of a disaggregated request: transfer and decode wait come between prefill and first token', () => {
    const { rows } = run({ fleet: { pools: [pool('prefill', 1), pool('decode', 1)] } });
    const { first } = rows[0]!;
    expect(first.prefill).toBeCloseTo(110_000, 1);
    expect(first.transfer).toBeGreaterThan(0);
    // The decode side computes the last prompt token: one step at least.
    expect(first.decodeWait).toBeGreaterThan(10_000);
  });

  it('a crash that is retried: what the lost attempt took is retry', () => {
    const { rows } = run({
      fleet: { pools: [pool('both', 2)] },
      clients: { retries: 1, backoffS: 1 },
      faults: [
        { kind: 'crash', pool: 'both', replica: 0, atS: 0.05 },
        { kind: 'crash', pool: 'both', replica: 1, atS: 0.05, recoverAfterS: 0.5 },
      ],
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]!.first.retry).toBeGreaterThan(1e6);
    expect(sumOf(rows[0]!.first)).toBeCloseTo(rows[0]!.ttftUs, 3);
  });

  it('add up to TTFT and E2E and are never negative, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 1, max: 1000 }),
          rateRps: fc.double({ min: 2, max: 60, noNaN: true }),
          isSplit: fc.boolean(),
          blocks: fc.integer({ min: 150, max: 900 }),
        }),
        ({ seed, rateRps, isSplit, blocks }) => {
          const pools = isSplit
            ? [pool('prefill', 1, blocks), pool('decode', 2, blocks)]
            : [pool('both', 2, blocks)];
          const { rows, result } = run(
            {
              workload: {
                kind: 'synthetic',
                arrivals: { process: 'poisson', rateRps },
                input: { dist: 'lognormal', mean: 300, cv: 1, max: 1500 },
                output: { dist: 'lognormal', mean: 60, cv: 1, max: 400 },
              },
              run: { requests: 80 },
              clients: { retries: 2, backoffS: 0.1 },
              faults: [{ kind: 'crash', pool: pools[0]!['name'], replica: 0, atS: 1, recoverAfterS: 1 }],
              fleet: { pools },
            },
            seed,
          );
          expect(rows.length).toBeGreaterThan(0);
          for (const row of rows) {
            expect(sumOf(row.first)).toBeCloseTo(row.ttftUs, 3);
            expect(sumOf(row.whole)).toBeCloseTo(row.e2eUs, 3);
            expect(Math.min(...Object.values(row.whole))).toBeGreaterThan(-0.01);
          }
          const { ttftMs, e2eMs } = attributionOf(result.recorder.firstPhases, result.recorder.phases);
          expect(ttftMs[0]!.n).toBe(rows.length);
          expect(e2eMs[0]!.meanMs * 1e3).toBeCloseTo(
            rows.reduce((sum, r) => sum + r.e2eUs, 0) / rows.length,
            3,
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('preemptions show where KV is short', () => {
    const { result } = run({
      workload: {
        kind: 'synthetic',
        arrivals: { process: 'burst', requests: 20 },
        input: { dist: 'constant', value: 200 },
        output: { dist: 'constant', value: 400 },
      },
      run: { requests: 20 },
      fleet: { pools: [pool('both', 1, 300)] },
    });
    const { e2eMs } = attributionOf(result.recorder.firstPhases, result.recorder.phases);
    expect(result.recorder.total.preemptions).toBeGreaterThan(0);
    expect(e2eMs[0]!.parts.preemption).toBeGreaterThan(0);
  });
});

describe('cohorts', () => {
  const phasesOf = (queueUs: number, decodeUs: number): Float64Array => {
    const phases = new Float64Array(PHASES.length);
    phases[PHASES.indexOf('queue')] = queueUs;
    phases[PHASES.indexOf('decode')] = decodeUs;
    return phases;
  };

  it('cut out the slowest percent: 99 fast requests that decode, one slow one that queues', () => {
    const bins = new PhaseBins();
    for (let i = 0; i < 99; i++) bins.add(1000 + i, phasesOf(0, 1000 + i));
    bins.add(50_000, phasesOf(49_000, 1000));
    const slowest = bins.cohort(0.99, 1)!;
    expect(slowest.n).toBeCloseTo(1, 9);
    expect(slowest.partsUs.queue).toBeCloseTo(49_000, 6);
    expect(bins.cohort(0, 0.99)!.partsUs.queue).toBe(0);
  });

  it('share out what is there once: bands add up to all, merged bins to one', () => {
    const [a, b, both] = [new PhaseBins(), new PhaseBins(), new PhaseBins()];
    for (let i = 1; i <= 1000; i++) {
      for (const bins of [i % 3 === 0 ? a : b, both]) bins.add(i * 37, phasesOf(i * 7, i * 30));
    }
    a.merge(b);
    expect(a.toData()).toEqual(both.toData());
    const bands = [bothCohort(0, 0.5), bothCohort(0.5, 0.9), bothCohort(0.9, 1)];
    function bothCohort(from: number, to: number): { n: number; queueUs: number } {
      const cohort = both.cohort(from, to)!;
      return { n: cohort.n, queueUs: cohort.partsUs.queue * cohort.n };
    }
    expect(bands.reduce((sum, band) => sum + band.n, 0)).toBeCloseTo(1000, 9);
    expect(bands.reduce((sum, band) => sum + band.queueUs, 0)).toBeCloseTo(7 * 500_500, 3);
  });

  it('of nothing are none', () => {
    expect(new PhaseBins().cohort(0, 1)).toBeNull();
  });
});
