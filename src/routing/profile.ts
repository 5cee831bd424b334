/**
 * One scheduling profile: filters in order, then weighted scorers, then the picker. This is the hot loop: it allocates
 * nothing per request or endpoint, and records only when asked to. Source: router specification 3.1.
 *
 * total[i] = sum over scorers of weight * clamp(score, 0, 1). Weights are not normalised and may be negative; NaN
 * passes the clamp as it does upstream.
 */
import type { ProfileRecord } from './decision.ts';
import type { EndpointTable } from './endpoint.ts';
import type { Cycle, Filter, Picker, ProfileResult, Scorer } from './plugin.ts';
import type { InferenceRequest } from './request.ts';

/** The one Cycle of a router. */
export class MutableCycle implements Cycle {
  request!: InferenceRequest;
  nowUs = 0;
  readonly table: EndpointTable;
  rows = new Int32Array(16);
  count = 0;
  profile = '';
  peerRow = -1;
  /** Sums and scratch of the running profile; index: candidate. */
  totals = new Float64Array(16);
  scores = new Float64Array(16);
  picked = new Int32Array(16);

  constructor(table: EndpointTable) {
    this.table = table;
  }

  /** Loads the candidates anew. */
  load(rows: Int32Array, count: number): void {
    if (this.rows.length < count) {
      const length = 2 * count;
      this.rows = new Int32Array(length);
      this.totals = new Float64Array(length);
      this.scores = new Float64Array(length);
      this.picked = new Int32Array(length);
    }
    const own = this.rows;
    for (let i = 0; i < count; i++) own[i] = rows[i]!;
    this.count = count;
  }
}

/** A scorer in a profile. */
export interface WeightedScorer {
  readonly name: string;
  readonly weight: number;
  readonly scorer: Scorer;
}

/** A profile and the result of its last run. */
export class Profile implements ProfileResult {
  readonly profile: string;
  readonly filters: readonly Filter[];
  readonly scorers: readonly WeightedScorer[];
  readonly picker: Picker;
  state: ProfileResult['state'] = 'pending';
  rows = new Int32Array(1);
  count = 0;

  constructor(name: string, filters: readonly Filter[], scorers: readonly WeightedScorer[], picker: Picker) {
    this.profile = name;
    this.filters = filters;
    this.scorers = scorers;
    this.picker = picker;
  }

  /** Runs over the candidates loaded in `cycle`; `records` gets the profile's record when given. */
  run(cycle: MutableCycle, records: ProfileRecord[] | null): void {
    cycle.profile = this.profile;
    for (const filter of this.filters) {
      if (cycle.count === 0) break;
      filter.filter(cycle);
    }
    this.count = 0;
    if (cycle.count === 0) {
      this.state = 'failed';
      if (records !== null) records.push(recordOf(this, cycle, []));
      return;
    }
    const raw: number[][] | null = records === null ? null : [];
    this.#score(cycle, raw);
    const picked = this.picker.pick(cycle, cycle.totals, cycle.picked);
    if (this.rows.length < picked) this.rows = new Int32Array(2 * picked);
    for (let i = 0; i < picked; i++) this.rows[i] = cycle.rows[cycle.picked[i]!]!;
    this.count = picked;
    this.state = 'picked';
    if (records !== null) records.push(recordOf(this, cycle, raw ?? []));
  }

  #score(cycle: MutableCycle, raw: number[][] | null): void {
    const { totals, scores, count } = cycle;
    for (let i = 0; i < count; i++) totals[i] = 0;
    for (const { scorer, weight } of this.scorers) {
      scorer.score(cycle, scores);
      if (raw !== null) raw.push(Array.from(scores.subarray(0, count)));
      for (let i = 0; i < count; i++) {
        const score = scores[i]!;
        totals[i] = totals[i]! + weight * Math.min(1, Math.max(0, score));
      }
    }
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
