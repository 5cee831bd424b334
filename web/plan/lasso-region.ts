/**
 * What a drag over a chart encloses. A path that goes round is closed where it ends; one that hardly encloses anything was
 * meant as the diagonal of a rectangle. Distances in px.
 */

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A path around less than this share of the rectangle that holds it is a diagonal. */
const LEAST_ROUND = 0.1;

/** Corners of the region of a path, in order. */
export function regionOf(path: readonly Place[]): readonly Place[] {
  const [first, last] = [path[0]!, path.at(-1)!];
  const xs = path.map(({ x }) => x);
  const ys = path.map(({ y }) => y);
  const around = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
  if (areaOf(path) >= LEAST_ROUND * around) return path;
  return [first, { x: last.x, y: first.y }, last, { x: first.x, y: last.y }];
}

/** Even-odd: whether a ray from the place to the right crosses the border an odd number of times. */
export function isWithin(region: readonly Place[], { x, y }: Place): boolean {
  let isIn = false;
  for (const [i, to] of region.entries()) {
    const from = region.at(i - 1)!;
    if (from.y > y !== to.y > y && x < from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x))
      isIn = !isIn;
  }
  return isIn;
}

/** Shoelace formula. */
function areaOf(path: readonly Place[]): number {
  const twice = path.reduce((sum, to, i) => {
    const from = path.at(i - 1)!;
    return sum + from.x * to.y - to.x * from.y;
  }, 0);
  return Math.abs(twice) / 2;
}
