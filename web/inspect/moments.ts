/** Moments of a recording by time. */
import { bisectLeft } from 'd3-array';
import type { MomentColumns } from '../../sim/inspect/recording.ts';

/** The moment whose interval holds a time; the last one after the end. */
export function momentAt({ atUs }: MomentColumns, timeUs: number): number {
  return Math.max(0, Math.min(atUs.length - 1, bisectLeft(atUs, timeUs)));
}
