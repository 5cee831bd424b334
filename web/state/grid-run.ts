/**
 * How split and TP interact: the cells of the grid as one comparison, asked for by a button. Cells that cannot be built are left
 * out, each with its reason.
 */
import type { ComparisonReport, FleetOutcome } from '../../sim/compare/comparison-report.ts';
import type { ComparisonResult, JobOutcome, ProgressSink } from '../../sim/worker/api.ts';
import { type GridCell, gridComparison, type SplitGrid, splitGrid } from '../compare/split-grid.ts';
import { keyOf, type ScenarioState } from './document-store.ts';
import { JobRunner } from './job-runner.ts';
import { client } from './simulator.ts';
import { tracesOf } from './traces.ts';

/** A cell and what came of it. */
export interface GridOutcome extends GridCell {
  readonly outcome: FleetOutcome | null;
  /** Why it cannot be built; empty where it was run. */
  readonly reason: string;
}

export interface GridReport {
  readonly grid: SplitGrid;
  readonly seeds: readonly number[];
  readonly cells: readonly GridOutcome[];
}

export const gridRun = new JobRunner<GridReport>({
  name: 'How split and TP interact',
  screens: ['compare'],
  keyOf: (state) => (splitGrid(state.document) === null ? null : keyOf(state)),
  start: (state, jobId, onProgress) => start(state, splitGrid(state.document)!, jobId, onProgress),
  heldBack: () => Promise.resolve('Simulates every way to divide the GPUs of A, with the same seeds'),
});

/** Runs the cells; whenever the simulator refuses some, the others are run without them. */
async function start(
  state: ScenarioState,
  grid: SplitGrid,
  jobId: string,
  onProgress: ProgressSink<GridReport>,
): Promise<JobOutcome<GridReport>> {
  const refused = new Map<GridCell, string>();
  const partOf = (result: ComparisonResult | null): GridReport | null =>
    result === null ? null : gridReport(grid, refused, result.report);
  for (;;) {
    const cells = grid.cells.filter((cell) => !refused.has(cell));
    const document = gridComparison(state.document, cells);
    const options = { jobId, seeds: state.seeds, traces: tracesOf(document) };
    const outcome = await client.run<ComparisonResult>(
      jobId,
      (progress) => onProgress({ ...progress, partial: partOf(progress.partial) }),
      (remote, tell) => remote.runComparison(document, options, tell),
    );
    switch (outcome.status) {
      case 'done':
        return { status: 'done', result: gridReport(grid, refused, outcome.result.report) };
      case 'cancelled':
        return { status: 'cancelled', partial: partOf(outcome.partial) };
      case 'failed':
        return outcome;
      case 'invalid': {
        const known = refused.size;
        for (const { path, found, expected } of outcome.problems) {
          const cell = cells[Number(/^fleets\[(\d+)\]/.exec(path)?.[1] ?? -1)];
          if (cell !== undefined) refused.set(cell, `found ${found}; expected ${expected}`);
        }
        // A problem of no cell is one of the document; fewer than two cells are no comparison.
        if (refused.size === known || cells.length <= 2) return outcome;
      }
    }
  }
}

function gridReport(
  grid: SplitGrid,
  refused: ReadonlyMap<GridCell, string>,
  { seeds, workloads }: ComparisonReport,
): GridReport {
  const outcomes = new Map(workloads[0]!.fleets.map((one) => [one.name, one]));
  const cells = grid.cells.map((cell) => ({
    ...cell,
    outcome: outcomes.get(cell.fleet.name) ?? null,
    reason: refused.get(cell) ?? '',
  }));
  return { grid, seeds, cells };
}
