/**
 * One scheduling profile: filters in order, then weighted scorers, then the picker. This is the hot loop: it allocates
 * nothing per request or endpoint, records only when asked to, and computes anew only what may have changed since the
 * last request (SteadyPart). Source: router specification 3.1.
 *
 * total[i] = sum over scorers of weight * clamp(score, 0, 1). Weights are not normalised and may be negative.
 */
import type { MutableCycle } from './cycle.ts';
import type { ProfileRecord } from './decision.ts';
import type { Filter, Picker, ProfileResult } from './plugin.ts';
import { SteadyPart } from './steady-part.ts';
import { addScores, type WeightedScorer } from './weighted-scorer.ts';

/** A profile and the result of its last run. */
export class Profile implements ProfileResult {
  readonly profile: string;
  readonly filters: readonly Filter[];
  readonly scorers: readonly WeightedScorer[];
  readonly picker: Picker;
  state: ProfileResult['state'] = 'pending';
  rows = new Int32Array(1);
  count = 0;
  readonly #steady: SteadyPart;

  constructor(name: string, filters: readonly Filter[], scorers: readonly WeightedScorer[], picker: Picker) {
    this.profile = name;
    this.filters = filters;
    this.scorers = scorers;
    this.picker = picker;
    this.#steady = new SteadyPart(filters, scorers);
  }

  /** Runs over the candidates rows[0 .. count); `records` gets the profile's record when given. */
  run(cycle: MutableCycle, rows: Int32Array, count: number, records: ProfileRecord[] | null): void {
    cycle.profile = this.profile;
    this.count = 0;
    const raw: number[][] | null = records === null ? null : [];
    const { table } = cycle;
    if (rows === table.rows && table.signalsVersion > 0 && records === null) this.#runFromSteady(cycle);
    else this.#runFromStart(cycle, rows, count, raw);
    if (cycle.count === 0) {
      this.state = 'failed';
    } else {
      this.#pick(cycle);
      this.state = 'picked';
    }
    if (records !== null) records.push(recordOf(this, cycle, raw ?? []));
  }

  #runFromStart(cycle: MutableCycle, rows: Int32Array, count: number, raw: number[][] | null): void {
    cycle.load(rows, count);
    this.#filter(cycle, 0);
    cycle.clearTotals();
    if (cycle.count > 0) this.#score(cycle, 0, raw);
  }

  #runFromSteady(cycle: MutableCycle): void {
    const steady = this.#steady;
    steady.refresh(cycle);
    if (steady.filters < this.filters.length) {
      cycle.load(steady.rows, steady.count);
      this.#filter(cycle, steady.filters);
    } else {
      cycle.show(steady.rows, steady.count);
    }
    if (cycle.count === 0) return;
    if (steady.scorers === 0) cycle.clearTotals();
    else cycle.showTotals(steady.totals, steady.stamp);
    this.#score(cycle, steady.scorers, null);
  }

  #filter(cycle: MutableCycle, from: number): void {
    for (let i = from; i < this.filters.length && cycle.count > 0; i++) this.filters[i]!.filter(cycle);
  }

  #score(cycle: MutableCycle, from: number, raw: number[][] | null): void {
    for (let i = from; i < this.scorers.length; i++) {
      const { scorer, weight } = this.scorers[i]!;
      const isSilent = scorer.score(cycle, cycle.scores) === false;
      if (!isSilent) addScores(cycle, weight, cycle.ownTotals());
      if (raw === null) continue;
      if (isSilent) cycle.scores.fill(0, 0, cycle.count);
      raw.push(Array.from(cycle.scores.subarray(0, cycle.count)));
    }
  }

  #pick(cycle: MutableCycle): void {
    const picked = this.picker.pick(cycle, cycle.totals, cycle.picked);
    if (this.rows.length < picked) this.rows = new Int32Array(2 * picked);
    for (let i = 0; i < picked; i++) this.rows[i] = cycle.rows[cycle.picked[i]!]!;
    this.count = picked;
  }
}

function recordOf(profile: Profile, cycle: MutableCycle, raw: readonly number[][]): ProfileRecord {
  const { count, table, nowUs } = cycle;
  const candidates = Array.from(cycle.rows.subarray(0, count));
  const totals = profile.state === 'picked' ? Array.from(cycle.totals.subarray(0, count)) : [];
  const top = Math.max(...totals);
  const below = totals.filter((total) => total < top);
  return {
    profile: profile.profile,
    candidates,
    scorers: profile.scorers.map(({ name, weight }, index) => ({
      plugin: name,
      weight,
      scores: raw[index] ?? [],
    })),
    totals,
    stateAgesUs: candidates.map((row) => nowUs - table.scrapedAtUs[row]!),
    picked: Array.from(profile.rows.subarray(0, profile.count)),
    best: candidates.filter((_row, index) => totals[index] === top),
    runnerUpGap: below.length === 0 ? null : top - Math.max(...below),
  };
}
