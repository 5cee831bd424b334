/** Keys of a chart's reading line, the same in every chart that has one. */

/** The place after a key, from 0 to `last`: null puts the line away, undefined is a key that is not ours. */
export function nextReading(key: string, reading: number | null, last: number): number | null | undefined {
  // The first arrow shows where the line is.
  if (reading === null && /^Arrow/.test(key)) return Math.floor(last / 2);
  const from = reading ?? Math.floor(last / 2);
  switch (key) {
    case 'ArrowDown':
    case 'ArrowLeft':
      return Math.max(0, from - 1);
    case 'ArrowUp':
    case 'ArrowRight':
      return Math.min(last, from + 1);
    case 'PageDown':
      return Math.max(0, from - 10);
    case 'PageUp':
      return Math.min(last, from + 10);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'Escape':
      return null;
    default:
      return undefined;
  }
}
