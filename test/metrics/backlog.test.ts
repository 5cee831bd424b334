import { expect, test } from 'vitest';
import { Backlog } from '../../sim/metrics/backlog.ts';
import { buildReport } from '../../sim/metrics/build-report.ts';
import { recorderOf, request, runResult } from './fixtures.ts';

/** A single server in order of arrival: `arrivals` every second, each taking `serviceS`. */
function served(arrivals: number, serviceS: number): Backlog {
  const backlog = new Backlog();
  const ends: { endUs: number; arrivalUs: number; waitUs: number }[] = [];
  let freeUs = 0;
  let next = 0;
  for (let i = 0; i < arrivals; i++) {
    const arrivalUs = i * 1e6;
    while (next < ends.length && ends[next]!.endUs <= arrivalUs) {
      backlog.ended(ends[next]!.arrivalUs, ends[next]!.waitUs);
      next += 1;
    }
    backlog.arrived(arrivalUs);
    const startUs = Math.max(freeUs, arrivalUs);
    freeUs = startUs + serviceS * 1e6;
    ends.push({ endUs: freeUs, arrivalUs, waitUs: startUs - arrivalUs });
  }
  for (const end of ends.slice(next)) backlog.ended(end.arrivalUs, end.waitUs);
  return backlog;
}

test.each([[400], [5000], [100_000]])('a server that takes 1.25 s for %i arrivals a second apart', (n) => {
  const overload = served(n, 1.25).overload()!;
  // Waits grow by 0.25 s an arrival; a fifth of what has arrived is in flight. Quarter means lie at 3/8 and 7/8.
  const near = (value: number, expected: number): void => {
    expect(Math.abs(value / expected - 1)).toBeLessThan(0.03);
  };
  near(overload.waitUsBefore, 0.25e6 * n * (3 / 8));
  near(overload.waitUsAfter, 0.25e6 * n * (7 / 8));
  near(overload.inFlightBefore, 0.2 * n * (3 / 8));
  near(overload.inFlightAfter, 0.2 * n * (7 / 8));
});

test('a server that keeps up is not overloaded, nor is a run that ends before anything does', () => {
  expect(served(5000, 0.99).overload()).toBeNull();
  const short = new Backlog();
  for (let i = 0; i < 1000; i++) short.arrived(i);
  for (let i = 0; i < 1000; i++) short.ended(i, 0);
  expect(short.overload()).toBeNull();
});

test('few arrivals say nothing', () => {
  expect(served(90, 3).overload()).toBeNull();
});

test('plain data keeps all of it', () => {
  const backlog = served(1000, 1.25);
  expect(Backlog.fromData(structuredClone(backlog.toData())).overload()).toEqual(backlog.overload());
});

test('the report says so, and with how many seeds', () => {
  const context = { scenario: 's', slo: undefined, priceOf: () => null, engineDigest: 'e', wallMs: 0 };
  const calm = runResult(recorderOf([request({ firstTokenUs: 1, endUs: 2 })]));
  const full = recorderOf([request({ firstTokenUs: 1, endUs: 2 })]);
  Object.assign(full, { backlog: served(800, 1.25) });
  expect(buildReport([calm], context).notes.join()).not.toContain('overload');
  expect(buildReport([runResult(full)], context).notes[0]).toMatch(
    /^overload: arrivals exceed what the fleet completes: .* queue grew from 6\d to 1[34]\d requests in flight/,
  );
  expect(buildReport([runResult(full), calm], context).notes[0]).toContain('(with 1 of 2 seeds)');
});
