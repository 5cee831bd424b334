/**
 * What d3-scale needs of d3-interpolate: the scales of this page map to numbers. The build puts it in the place of the whole
 * (build/slim-d3.ts), which brings colours, dates and texts along.
 */

export function interpolateNumber(from: number, to: number): (share: number) => number {
  return (share) => from * (1 - share) + to * share;
}

export function interpolateRound(from: number, to: number): (share: number) => number {
  return (share) => Math.round(from * (1 - share) + to * share);
}

export { interpolateNumber as interpolate };

/** Of d3's scales of colours, which d3-scale holds as well. */
export function piecewise(): never {
  throw new Error('the scales of this page map to numbers');
}
