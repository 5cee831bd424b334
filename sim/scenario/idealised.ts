/**
 * Upper bounds as switches: parts of the system that a run takes to be perfect (`run.idealised`), to see whether more work on
 * them can be worth it. No such fleet can be built; every report of such a run says so. A router that sees other states decides
 * otherwise: a single switch can come out slightly worse than what is real, and then nothing is to be gained there.
 */
import type { Scenario } from './schema.ts';

/** The switches, and what each one means. */
export const IDEALISED = {
  perfectCache:
    'prefix tokens that any earlier request held are there already, on every replica, and take neither memory nor time ' +
    '(input tokens and cache hits count the rest only)',
  infiniteNetwork: 'KV moves between pools in no time',
  idealRouting:
    'each request goes, as it arrives, to the replica with the least work left, with true lengths, state and caches known ' +
    '(greedy: nearly, not provably, the best)',
  instantScaling: 'the autoscaler decides every second and new replicas serve at once',
} as const;

export type Idealisation = keyof typeof IDEALISED;
export const IDEALISATIONS = Object.keys(IDEALISED) as readonly Idealisation[];

/** Fast enough that no transfer is seen, small enough for sums of bytes and times to stay finite. */
const INFINITE_GBPS = 1e9;

/** The scenario with those idealisations applied that are changes of its fields. */
export function idealisedScenario(scenario: Scenario): Scenario {
  const on = scenario.run?.idealised ?? [];
  let ideal = scenario;
  if (on.includes('infiniteNetwork')) {
    const pools = ideal.fleet.pools.map(({ link: _link, ...pool }) => pool);
    const network = { ...ideal.fleet.network, kvLink: { GBps: INFINITE_GBPS, baseUs: 0 } };
    ideal = { ...ideal, fleet: { ...ideal.fleet, pools, network } };
  }
  if (on.includes('instantScaling') && ideal.autoscaler !== undefined) {
    const autoscaler = ideal.autoscaler.map(({ bootS: _boot, load: _load, ...rule }) => ({
      ...rule,
      startDelayS: 0,
      intervalS: Math.min(1, rule.intervalS ?? 1),
    }));
    ideal = { ...ideal, autoscaler };
  }
  return ideal;
}
