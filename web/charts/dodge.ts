/** Heights of labels beside marks, so that labels of marks that stand close do not cover each other. */

export interface LabelPlace {
  readonly x: number;
  readonly y: number;
}

/** Height of a line of text, and how near marks are whose labels would touch, px. */
const LINE = 13;
const NEAR = 24;

/** A height for each place: its own, or further down by as little as keeps a line between it and those above it. */
export function dodged(places: readonly LabelPlace[]): number[] {
  const heights = places.map(({ y }) => y);
  const fromTop = places.map((_, i) => i).sort((a, b) => places[a]!.y - places[b]!.y || a - b);
  for (const [rank, i] of fromTop.entries()) {
    for (const above of fromTop.slice(0, rank)) {
      if (Math.abs(places[above]!.x - places[i]!.x) >= NEAR) continue;
      if (Math.abs(heights[i]! - heights[above]!) < LINE) heights[i] = heights[above]! + LINE;
    }
  }
  return heights;
}
