/**
 * How long decisions take, on request (`lab --timing`): the first cell of each policy is run once more in this thread, and the
 * clock is read when a request's first profile begins and when its decision is made, PreRequest hooks included, producers not.
 * Decisions are recorded meanwhile, so everything is scored afresh: an upper bound, and this machine's. Not part of the report.
 */

import type { Block } from '../../export/report/report-tables.ts';
import { openLabCell } from '../../lab/lab-job.ts';
import type { LabCell } from '../../lab/plan.ts';
import { fileLines } from '../lines.ts';
import type { CellRunOptions } from './run-cells.ts';

/** Decisions that are timed; earlier ones warm the code up. */
const WARM = 200;

export function timingBlock(cells: readonly LabCell[], { seeds, resolve }: CellRunOptions): Block {
  const policies = [...new Set(cells.map(({ policy }) => policy))];
  const rows = policies.map((policy) => {
    const cell = cells.find((one) => one.policy === policy)!;
    const us = decisionTimes(cell, seeds[0]!, resolve)
      .slice(WARM)
      .sort((a, b) => a - b);
    const at = (share: number): string => (us[Math.floor(share * (us.length - 1))] ?? Number.NaN).toFixed(1);
    return us.length === 0 ? [policy, '-', '-', '0'] : [policy, at(0.5), at(0.99), String(us.length)];
  });
  return {
    title:
      'Time of a decision on this machine, µs (recorded, everything scored afresh; not part of the report)',
    header: ['policy', 'median', 'p99', 'decisions'],
    rows,
  };
}

function decisionTimes(cell: LabCell, seed: number, resolve: (path: string) => string): number[] {
  const times: number[] = [];
  let request = -1;
  let startMs = 0;
  const run = openLabCell(cell, seed, (path) => fileLines(resolve(path)), {
    pin: ({ id }) => {
      if (id !== request) {
        request = id;
        startMs = performance.now();
      }
      return null;
    },
    onDecision: () => {
      if (request >= 0) times.push((performance.now() - startMs) * 1e3);
      request = -1;
    },
  });
  while (!run.advance(Number.POSITIVE_INFINITY));
  return times;
}
