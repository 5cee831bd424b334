/** Orders of requests, made where the run is: a million rows take longer to sort than a page may stand still. */
import { PHASES } from '../metrics/phases.ts';
import type { RequestColumns } from './recording.ts';

const BEFORE_FIRST_TOKEN = PHASES.length - 1;

/** Rows by ascending key; equal keys in the order in which the requests ended. */
export function rowsBy({ count }: RequestColumns, keys: Float64Array): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row).sort((a, b) => keys[a]! - keys[b]! || a - b);
}

/** Minus the time to the first token, µs (later preemptions included). */
export function slowness({ count, phaseUs }: RequestColumns): Float64Array {
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row += 1) {
    const at = row * PHASES.length;
    for (let phase = 0; phase < BEFORE_FIRST_TOKEN; phase += 1) keys[row]! -= phaseUs[at + phase]!;
  }
  return keys;
}
