/** Smooth maximum that joins the compute-bound and the memory-bound time of a kernel. */

/** `(a^q + b^q)^(1/q)`, scaled by the larger of the two so that no power overflows. Both at least 0. */
export function blend(a: number, b: number, q: number): number {
  const most = Math.max(a, b);
  if (most <= 0) return 0;
  return most * ((a / most) ** q + (b / most) ** q) ** (1 / q);
}

/** Smooth minimum of two positive times: `(a^-q + b^-q)^(-1/q)`. */
export function blendDown(a: number, b: number, q: number): number {
  return (a ** -q + b ** -q) ** (-1 / q);
}
