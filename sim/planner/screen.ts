/**
 * Stage 3: a race of short runs. What is tolerated shrinks as the runs double in length, so that only what is far off is dropped
 * early. A short run is a noisy witness: a single burst among a hundred requests can treble the share that is late. The tolerances
 * are such that brute force over the shipped plan finds the same winner (`npm run bench -- --plan`).
 */
import { isFloor } from '../metrics/slo.ts';
import { metricsOf, runTrial, type Setting, type Trial, useOfLimit } from './evaluate.ts';
import { limitWords, type Miss, reject } from './rejection.ts';
import type { FleetChoice } from './space.ts';

/**
 * Screening runs: share of the plan's requests, tolerated multiple of a latency's limit, and of the share of requests that may
 * be late.
 */
const RUNGS = [
  { share: 1 / 8, latency: 4, misses: 8 },
  { share: 1 / 4, latency: 2, misses: 5 },
  { share: 1 / 2, latency: 1.5, misses: 3 },
] as const;

/** Shortest screening run: fewer requests say little about a p95. */
const FEWEST_REQUESTS = 100;

/** Whether a fleet is worth full runs. */
export type Screened = { readonly isThrough: true } | { readonly isThrough: false; readonly miss: Miss };

/** Screens a fleet on one seed. */
export async function screen(setting: Setting, choice: FleetChoice, seed: number): Promise<Screened> {
  const all = setting.run.requests;
  for (const { share, latency, misses } of RUNGS) {
    const requests =
      all === undefined ? undefined : Math.min(all, Math.max(FEWEST_REQUESTS, Math.ceil(all * share)));
    const variant = { seed, rate: 1, patience: misses - 1, ...(requests === undefined ? {} : { requests }) };
    const trial = await runTrial(setting, choice, variant);
    if (isFarOff(trial, latency, misses)) {
      const detail = `${missWords(trial)} in a run of ${requests ?? 'all'} requests`;
      const metrics = metricsOf([trial], setting.plan.confidence ?? 0.95);
      const out = { ...reject(choice, 'screen', 'missesInScreen', detail), metrics };
      return { isThrough: false, miss: { choice, worst: trial.worst, rejected: out } };
    }
    // A workload with an end of its own is run whole at once: longer runs are the confirmation's business.
    if (all === undefined) break;
  }
  return { isThrough: true };
}

function isFarOff(trial: Trial, latency: number, misses: number): boolean {
  if (trial.isGivenUp) return true;
  return trial.report.slo.checks.some(
    ({ metric, limit, value }) => useOfLimit(metric, limit, value) > (isFloor(metric) ? misses : latency),
  );
}

function missWords(trial: Trial): string {
  const { checks } = trial.report.slo;
  const failing = checks.filter((check) => check.verdict !== 'meets');
  const words = failing.map(({ metric, limit, value }) => limitWords(metric, value, limit));
  return `${words.join(', ')}${trial.isGivenUp ? ' (given up early)' : ''}`;
}
