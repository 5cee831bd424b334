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

class MaxScorePicker implements Picker {
  readonly #targets: number;
  readonly #rng: Rng;
  /** Candidates that share the highest total, ascending: the first `#count`. */
  #best = new Int32Array(16);
  #count = 0;
  /** Totals of which these are the best; 0: unknown. */
  #stamp = 0;

  constructor(targets: number, rng: Rng) {
    this.#targets = targets;
    this.#rng = rng;
  }

  pick({ count, totalsStamp = 0 }: Cycle, totals: Float64Array, picked: Int32Array): number {
    for (let n = 0; n < this.#targets; n++) {
      const draw = this.#rng.unit();
      if (n >= count) continue;
      if (n > 0 || totalsStamp === 0 || totalsStamp !== this.#stamp) {
        this.#findBest(totals, count, picked, n);
        this.#stamp = n === 0 ? totalsStamp : 0;
      }
      picked[n] = this.#best[Math.min(this.#count - 1, Math.floor(draw * this.#count))]!;
    }
    return Math.min(this.#targets, count);
  }

  /** Collects the best candidates that are not among picked[0 .. taken). */
  #findBest(totals: Float64Array, count: number, picked: Int32Array, taken: number): void {
    if (this.#best.length < count) this.#best = new Int32Array(2 * count);
    const best = this.#best;
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
    this.#count = found;
  }
}

function isTaken(picked: Int32Array, taken: number, index: number): boolean {
  for (let n = 0; n < taken; n++) if (picked[n] === index) return true;
  return false;
}

/** A total that is not a number loses to all others. */
function rank(total: number): number {
  return Number.isNaN(total) ? Number.NEGATIVE_INFINITY : total;
}
