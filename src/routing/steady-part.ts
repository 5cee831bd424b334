/**
 * What a profile's leading filters and scorers come to, kept for as long as what they look at stays the same. Between two
 * scrapes a router may decide on hundreds of requests, and queue depths and KV usage have not moved for any of them: then
 * candidates and sums are read and not computed. Sums are added in the order of the scorers, so that they are what a
 * profile without memory would get, to the last bit.
 *
 *   filters that rest on the table   their outcome: rows[0 .. count)
 *   scorers that rest on the table   their weighted sum: totals[0 .. count), if all filters are among the former
 */
import type { MutableCycle } from './cycle.ts';
import type { Basis, Filter } from './plugin.ts';
import { addScores, type WeightedScorer } from './weighted-scorer.ts';

/** The steady part of one profile, for hosts that tell when signals change. */
export class SteadyPart {
  /** How many of the profile's filters and scorers it covers. */
  readonly filters: number;
  readonly scorers: number;
  rows = new Int32Array(0);
  count = 0;
  totals = new Float64Array(0);
  /** Differs from all others' and from what it was before totals changed. */
  stamp = 0;
  readonly #filters: readonly Filter[];
  readonly #scorers: readonly WeightedScorer[];
  readonly #rowsBasis: Basis;
  #rowsVersion = -1;
  #rowsSignals = -1;
  #totalsSignals = -1;

  constructor(filters: readonly Filter[], scorers: readonly WeightedScorer[]) {
    this.#filters = filters.slice(0, leading(filters));
    this.filters = this.#filters.length;
    const steady = this.filters === filters.length ? leading(scorers.map(({ scorer }) => scorer)) : 0;
    this.#scorers = scorers.slice(0, steady);
    this.scorers = steady;
    this.#rowsBasis = this.#filters.some(({ basis }) => basis === 'signals') ? 'signals' : 'labels';
  }

  /** Brings it up to date with the table, over all of whose rows it runs; uses the cycle as scratch. */
  refresh(cycle: MutableCycle): void {
    const { table } = cycle;
    const signals = table.signalsVersion;
    const isFiltered =
      this.#rowsVersion === table.version && (this.#rowsBasis === 'labels' || this.#rowsSignals === signals);
    if (!isFiltered) {
      this.#filter(cycle);
      this.#rowsVersion = table.version;
      this.#rowsSignals = signals;
      this.#totalsSignals = -1;
    }
    if (this.#totalsSignals === signals || this.scorers === 0) return;
    this.#score(cycle);
    this.#totalsSignals = signals;
  }

  #filter(cycle: MutableCycle): void {
    cycle.load(cycle.table.rows, cycle.table.rows.length);
    for (const filter of this.#filters) if (cycle.count > 0) filter.filter(cycle);
    this.count = cycle.count;
    this.rows = cycle.rows.slice(0, cycle.count);
    this.totals = new Float64Array(cycle.count);
  }

  #score(cycle: MutableCycle): void {
    cycle.show(this.rows, this.count);
    this.totals.fill(0);
    for (const { scorer, weight } of this.#scorers) {
      if (scorer.score(cycle, cycle.scores) !== false) addScores(cycle, weight, this.totals);
    }
    this.stamp = cycle.nextStamp();
  }
}

/** How many of the first items rest on the table alone. */
function leading(items: readonly { readonly basis?: Basis }[]): number {
  const first = items.findIndex(({ basis }) => basis === undefined);
  return first < 0 ? items.length : first;
}
