/**
 * The highest totals, ties at random. Upstream shuffles and sorts stably; drawing one of the tied candidates per target
 * gives the same distribution with as many draws as targets, tie or not.
 */
import type { Rng } from '../../core/rng.ts';
import { type Cycle, definePlugin, type Picker } from '../plugin.ts';
import { parsePicker } from './parameters.ts';

export const maxScorePicker = definePlugin({
  type: 'max-score-picker',
  kinds: ['picker'],
  stability: 'beta',
  summary: 'highest total, ties at random',
  parse: parsePicker,
  create: ({ maxNumOfEndpoints }, { rng }) => ({ picker: new MaxScorePicker(maxNumOfEndpoints, rng) }),
});

/** Candidates that share the highest total, ascending: best[0 .. count). */
interface Ties {
  best: Int32Array;
  count: number;
  /** Stamp of the totals of which these are the best; 0: unknown. */
  stamp: number;
}

class MaxScorePicker implements Picker {
  readonly #targets: number;
  readonly #rng: Rng;
  /** The last two searches: prefill and decode profiles that share a picker take turns. */
  #ties: Ties = { best: new Int32Array(16), count: 0, stamp: 0 };
  #others: Ties = { best: new Int32Array(16), count: 0, stamp: 0 };

  constructor(targets: number, rng: Rng) {
    this.#targets = targets;
    this.#rng = rng;
  }

  pick({ count, totalsStamp = 0 }: Cycle, totals: Float64Array, picked: Int32Array): number {
    for (let n = 0; n < this.#targets; n++) {
      const draw = this.#rng.unit();
      if (n >= count) continue;
      const ties = this.#tiesOf(n === 0 ? totalsStamp : 0, totals, count, picked, n);
      picked[n] = ties.best[Math.min(ties.count - 1, Math.floor(draw * ties.count))]!;
    }
    return Math.min(this.#targets, count);
  }

  /** The best candidates that are not among picked[0 .. taken): searched for unless totals of this stamp have been. */
  #tiesOf(stamp: number, totals: Float64Array, count: number, picked: Int32Array, taken: number): Ties {
    if (stamp === 0 || stamp !== this.#ties.stamp) {
      const ties = this.#others;
      this.#others = this.#ties;
      this.#ties = ties;
      if (stamp === 0 || stamp !== ties.stamp) findBest(ties, totals, count, picked, taken);
      ties.stamp = stamp;
    }
    return this.#ties;
  }
}

function findBest(ties: Ties, totals: Float64Array, count: number, picked: Int32Array, taken: number): void {
  if (ties.best.length < count) ties.best = new Int32Array(2 * count);
  const { best } = ties;
  let highest = Number.NEGATIVE_INFINITY;
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (taken > 0 && isTaken(picked, taken, i)) continue;
    const total = rank(totals[i]!);
    if (total < highest) continue;
    if (total > highest) found = 0;
    highest = total;
    best[found++] = i;
  }
  ties.count = found;
}

function isTaken(picked: Int32Array, taken: number, index: number): boolean {
  for (let n = 0; n < taken; n++) if (picked[n] === index) return true;
  return false;
}

/** A total that is not a number loses to all others. */
function rank(total: number): number {
  return Number.isNaN(total) ? Number.NEGATIVE_INFINITY : total;
}
