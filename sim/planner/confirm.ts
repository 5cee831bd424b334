/**
 * Stage 4: full runs, seeds added until the intervals clear every limit or one is missed, or the cap is reached; then the
 * same with workers lost and at the grown rate.
 */
import {
  metricsOf,
  type Runnable,
  runTrials,
  type Setting,
  type Trial,
  verdictOf,
  withoutWorkers,
} from './evaluate.ts';
import { limitWords, type Miss, reject } from './rejection.ts';
import type { Metric, RejectReason } from './report.ts';
import type { FleetChoice } from './space.ts';

/** Fewest seeds that an interval is drawn from. */
const FEWEST_SEEDS = 3;

/** A fleet that meets every demand, with its runs at the plan's own rate. */
export interface Confirmed {
  readonly choice: FleetChoice;
  readonly trials: readonly Trial[];
  readonly metrics: readonly Metric[];
}

export type Confirmation =
  | { readonly isConfirmed: true; readonly confirmed: Confirmed }
  | { readonly isConfirmed: false; readonly miss: Miss };

/** Confirms a fleet or says what it misses. */
export async function confirm(
  setting: Setting,
  choice: FleetChoice,
  seeds: readonly number[],
): Promise<Confirmation> {
  const { survive = 0, growth = 1 } = setting.plan;
  const base = await settle(setting, choice, seeds, 1);
  if (base.verdict !== 'meets') {
    const reason = base.verdict === 'fails' ? 'missesSlo' : 'notShown';
    return missed(choice, base, reason, base.verdict === 'fails' ? 'misses' : 'is not shown to meet');
  }
  if (survive > 0) {
    for (const [i, pool] of choice.fleet.pools.entries()) {
      const reduced = { ...choice, fleet: withoutWorkers(choice.fleet, i, survive) };
      const without = await settle(setting, reduced, seeds, 1);
      if (without.verdict === 'meets') continue;
      const words = `without ${survive} of pool ${pool.name} it is not shown to meet`;
      return missed(choice, without, 'failsWithoutWorkers', words);
    }
  }
  if (growth > 1) {
    const grown = await settle(setting, choice, seeds, growth);
    if (grown.verdict !== 'meets') {
      return missed(choice, grown, 'failsWithGrowth', `at ${growth} times the rate it is not shown to meet`);
    }
  }
  return { isConfirmed: true, confirmed: { choice, trials: base.trials, metrics: base.metrics } };
}

interface Settled {
  readonly verdict: 'meets' | 'fails' | 'open';
  readonly trials: readonly Trial[];
  readonly metrics: readonly Metric[];
}

/** Adds seeds until the verdict is clear; those that are needed in any case are run side by side. */
export async function settle(
  setting: Setting,
  choice: Runnable,
  seeds: readonly number[],
  rate: number,
): Promise<Settled> {
  const confidence = setting.plan.confidence ?? 0.95;
  const trials: Trial[] = [];
  let metrics: readonly Metric[] = [];
  while (trials.length < seeds.length) {
    const next = trials.length === 0 ? seeds.slice(0, FEWEST_SEEDS) : [seeds[trials.length]!];
    const variants = next.map((seed) => ({ seed, rate, patience: Number.POSITIVE_INFINITY }));
    trials.push(...(await runTrials(setting, choice, variants)));
    metrics = metricsOf(trials, confidence);
    const verdict = verdictOf(metrics);
    if (verdict !== 'open') return { verdict, trials, metrics };
  }
  return { verdict: 'open', trials, metrics };
}

function missed(choice: FleetChoice, settled: Settled, reason: RejectReason, words: string): Confirmation {
  const late = settled.metrics.filter((metric) => verdictOf([metric]) !== 'meets');
  const detail = `${words} ${late.map(metricWords).join(', ')} over ${settled.trials.length} seeds`;
  const worst = settled.trials.reduce((sum, trial) => sum + trial.worst, 0) / settled.trials.length;
  return {
    isConfirmed: false,
    miss: {
      choice,
      worst,
      rejected: { ...reject(choice, 'confirm', reason, detail), metrics: settled.metrics },
    },
  };
}

function metricWords({ metric, limit, value, interval }: Metric): string {
  return limitWords(metric, value, limit, interval);
}
