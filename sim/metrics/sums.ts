/** Sums in the order of their items, and ratios that are 0 over nothing. */

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

export function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
