/** What charts are said to show: sentences out of data whose standing-out is plain to the eye. */
import { describe, expect, it } from 'vitest';
import { MomentLog } from '../../sim/inspect/moment-log.ts';
import type { Recording } from '../../sim/inspect/recording.ts';
import type { OverTime, WindowQuantiles } from '../../sim/metrics/over-time.ts';
import type { About } from '../../web/explain/about.ts';
import { standsOut } from '../../web/explain/stands-out.ts';
import { WORDS } from '../../web/explain/words.ts';

const plain = (about: About): string => standsOut(about).join(' ').replaceAll('\u00a0', ' ');

describe('what stands out', () => {
  it('of distributions is who is fastest at p95, and that curves cross where others are fastest at the median', () => {
    const line = (letter: string, p50: number, p95: number) => ({
      ...{ letter, name: letter },
      curve: { n: 10, ms: Float64Array.from({ length: 10 }, (_, i) => (i < 9 ? p50 : p95)) },
    });
    const lines = [line('A', 40, 900), line('B', 70, 300)];
    expect(plain({ kind: 'distribution', data: { lines, limitMs: 500 } })).toBe(
      'At p95 B is fastest, 300 ms, and A slowest, 900 ms. For the faster half it is A, with a median of 40.0 ms: curves cross. Within 500 ms: A 90 %, B 100 %.',
    );
    expect(plain({ kind: 'distribution', data: { lines: [line('A', 40, 900)], limitMs: null } })).toBe(
      'Half take at most 40.0 ms, 95 of 100 at most 900 ms: 23 times as long.',
    );
  });

  it('of waits over a run is who falls behind, and who leaves requests unanswered', () => {
    const over = (p95: readonly number[], lost: number) => ({
      windowS: 5,
      warmupS: 0,
      arrivedPerS: p95.map(() => 1),
      ttftMs: p95.map((own): WindowQuantiles => ({ p50: own / 2, p95: own })),
      tpotMs: p95.map(() => null),
      lost: p95.map((_, i) => (i === 0 ? lost : 0)),
    });
    const line = (letter: string, overTime: OverTime) => ({ letter, name: letter, overTime });
    const steady = line('A', over([100, 100, 100, 100, 100, 100], 0));
    const behind = line('B', over([100, 100, 200, 400, 800, 1000], 7));
    expect(plain({ kind: 'overTime', data: { lines: [steady, behind], metric: 'ttftMs' } })).toMatch(
      /^B falls behind: its p95 grows from 300 ms in the middle third of the run to 900 ms in the last one\..* B left 7 requests unanswered\.$/,
    );
    expect(plain({ kind: 'overTime', data: { lines: [steady], metric: 'ttftMs' } })).toMatch(
      /^No fleet falls behind/,
    );
    expect(plain({ kind: 'overTime', data: { lines: [steady], metric: 'tpotMs' } })).toMatch(/^Too few/);
  });

  it('of points is the cheapest, the fastest and how many are beaten on both axes; those within the SLO come first', () => {
    const point = (key: string, x: number, y: number, isHollow = false) => ({
      ...{ key, label: key, name: key, x, y, isHollow, colour: '' },
    });
    const axes = { x: (usd: number) => `$${usd}`, y: (ms: number) => `${ms} ms` };
    const points = [point('a', 1, 90), point('b', 2, 40), point('c', 3, 50), point('d', 0.5, 5, true)];
    expect(plain({ kind: 'plan', data: { points, ...axes } })).toBe(
      'Cheapest is a: $1, 90 ms. Fastest is b: $2, 40 ms. Another is both cheaper and faster than 1 of 3.',
    );
    expect(plain({ kind: 'plan', data: { points: points.slice(3), ...axes } })).toBe(
      'Cheapest and fastest at once is d: $0.5, 5 ms. None meets the SLO.',
    );
  });

  it('of bars is the longest and what makes it long', () => {
    const part = (id: string) => ({ id, name: id, colour: '', texture: 'plain' as const });
    const bar = (label: string, values: number[]) => ({ key: label, label, values, total: '' });
    const data = {
      parts: [part('queue'), part('prefill')],
      bars: [bar('A', [10, 30]), bar('B', [75, 25])],
    };
    expect(plain({ kind: 'phases', data })).toBe(
      'Longest is B: 100 ms on average, 75 % of it queue. Shortest is A: 40.0 ms, 10.0 ms of it queue.',
    );
  });

  it('of loads is whose knee is furthest, and of demand who is cheapest when full, held against the API', () => {
    const line = (letter: string, rps: number, isLowerBound = false) => ({
      letter,
      knee: { rps, isLowerBound },
    });
    const lines = [line('A', 12), line('B', 20, true), line('C', 0)];
    expect(plain({ kind: 'load', data: { lines } })).toBe(
      'The SLO is kept by B up to at least 20.0 /s, by C at no load that was tried.',
    );
    const fleet = (letter: string, tokensPerDay: number, usdPerDay: number) => ({
      ...{ letter, name: letter, tokensPerDay, usdPerDay },
    });
    const capacities = [fleet('A', 100e6, 300), fleet('B', 50e6, 100)];
    expect(plain({ kind: 'demand', data: { capacities, usdPerToken: 2.5e-6 } })).toBe(
      'Full, B is cheapest: $2.00 for a million tokens, at 50 M a day. The API charges $2.50, at any demand.',
    );
  });

  it('of a recording is who works, who is full and what had to give way', () => {
    const log = new MomentLog(8);
    const reading = (busyUs: number, kvUsage: number, evictedBlocks: number) => ({
      ...{ busyUs, busyPrefillUs: 0, waiting: 3, running: 1, kvUsage, evictedBlocks },
    });
    for (const [atUs, busy] of [
      [1e6, 0.5e6],
      [2e6, 1.5e6],
    ] as const)
      log.add(atUs, {
        instances: [reading(busy, 0.95, atUs / 1e6), reading(0, 0.2, 0)],
        ...{ queriedTokens: 0, hitTokens: 0, links: [] },
      });
    const instance = (name: string) => ({ name, pool: 'p', role: 'both', gpus: 1, kvBlocks: 100 });
    const recording = {
      moments: log.finish(),
      instances: [instance('one'), instance('two')],
    } as unknown as Recording;
    expect(plain({ kind: 'instances', data: recording })).toBe(
      'one works most, 75 % of the time, two least, 0 %.',
    );
    expect(plain({ kind: 'memory', data: recording })).toBe(
      'one is fullest, 95 % at 1 s; above 90 % are 50 % of all moments. 2 blocks that could have been found again were evicted: more memory could raise the hit rate.',
    );
    expect(plain({ kind: 'fleet', data: { recording, moment: 1 } })).toBe(
      'At this moment 2 requests run and 6 wait, 3 of them at one.',
    );
  });

  it('of measurements is how far predictions are off, built in and fitted', () => {
    const point = (measured: number, builtin: number, fitted: number) => ({
      ...{ run: `${measured}`, metric: 'ttftMs.mean', measured, builtin, fitted, crossValidated: null },
    });
    expect(plain({ kind: 'measured', data: [point(100, 150, 95), point(200, 220, 210)] })).toBe(
      'Built in, predictions are 30 % off on average; fitted, 5 %. Fitted, 1 of 2 are below what was measured.',
    );
    const quantiles = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(plain({ kind: 'errors', data: [{ name: 'TTFT', quantiles }] })).toBe(
      'TTFT: half within 10 %, nine of ten within 18 %.',
    );
  });
});

it('every kind of chart says what it shows and how its numbers come about, in sentences', () => {
  for (const { shows, how, terms } of Object.values(WORDS)) {
    expect(shows).toMatch(/^[A-Z].*\.$/);
    expect(how).toMatch(/^[A-Z].*\.$/);
    expect(terms.length).toBeGreaterThan(0);
  }
});
