/**
 * The highest totals, ties at random. Upstream shuffles and sorts stably; drawing one of the tied candidates per target
 * gives the same distribution with as many draws as targets, tie or not.
 */
import { definePlugin } from '../plugin.ts';
import { parsePicker } from './parameters.ts';

export const maxScorePicker = definePlugin({
  type: 'max-score-picker',
  kinds: ['picker'],
  stability: 'beta',
  summary: 'highest total, ties at random',
  parse: parsePicker,
  create({ maxNumOfEndpoints }, { rng }) {
    return {
      picker: {
        pick({ count }, totals, picked) {
          for (let n = 0; n < maxNumOfEndpoints; n++) {
            const draw = rng.unit();
            if (n < count) picked[n] = pickBest(totals, count, picked, n, draw);
          }
          return Math.min(maxNumOfEndpoints, count);
        },
      },
    };
  },
});

/** One of the best candidates not among picked[0 .. taken), by `draw`. */
function pickBest(
  totals: Float64Array,
  count: number,
  picked: Int32Array,
  taken: number,
  draw: number,
): number {
  let best = Number.NEGATIVE_INFINITY;
  let ties = 0;
  for (let i = 0; i < count; i++) {
    if (isTaken(picked, taken, i)) continue;
    const total = rank(totals[i]!);
    if (total > best || ties === 0) {
      best = total;
      ties = 1;
    } else if (total === best) ties += 1;
  }
  let skip = Math.min(ties - 1, Math.floor(draw * ties));
  for (let i = 0; i < count; i++) {
    if (isTaken(picked, taken, i) || rank(totals[i]!) !== best) continue;
    if (skip === 0) return i;
    skip -= 1;
  }
  return -1;
}

function isTaken(picked: Int32Array, taken: number, index: number): boolean {
  for (let n = 0; n < taken; n++) if (picked[n] === index) return true;
  return false;
}

/** A total that is not a number loses to all others. */
function rank(total: number): number {
  return Number.isNaN(total) ? Number.NEGATIVE_INFINITY : total;
}
