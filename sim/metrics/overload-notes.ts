/** The remark that a fleet could not keep up, out of the backlogs of its runs. */
import { fixed } from './format-figure.ts';
import type { RunResult } from './run-result.ts';
import { sum } from './sums.ts';

/** One sentence with means over the runs in which the queue grew; none where the fleet kept up. */
export function overloadNotes(results: readonly RunResult[]): string[] {
  const grown = results.map((result) => result.recorder.backlog.overload()).filter((one) => one !== null);
  if (grown.length === 0) return [];
  const mean = (of: (one: (typeof grown)[number]) => number): number => sum(grown, of) / grown.length;
  const [before, after] = [mean((o) => o.inFlightBefore), mean((o) => o.inFlightAfter)];
  const [waitBefore, waitAfter] = [mean((o) => o.waitUsBefore), mean((o) => o.waitUsAfter)];
  const where = results.length === 1 ? '' : ` (with ${grown.length} of ${results.length} seeds)`;
  return [
    `overload: arrivals exceed what the fleet completes${where}: from the second to the last quarter of arrivals the ` +
      `queue grew from ${fixed(before, 0)} to ${fixed(after, 0)} requests in flight and from ` +
      `${fixed(waitBefore / 1e6, 1)} to ${fixed(waitAfter / 1e6, 1)} s of waiting`,
  ];
}
