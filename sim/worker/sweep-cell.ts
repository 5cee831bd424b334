/**
 * Runs cells with whatever makes runs: a pool of workers in the terminal or the browser. Every cell follows its own curve;
 * cells do not wait for each other. The outcome depends on the cells only.
 */
import { describeProblem } from '../../src/core/check.ts';
import { buildReport } from '../metrics/build-report.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { pricing } from '../run/prices.ts';
import type { MakeRuns, RunOutcome } from '../run/run-spec.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type CellResult, type SweepPoint, sweepPoint } from '../sweep/blob.ts';
import { traceCurve } from '../sweep/curve.ts';
import { type SweepCell, scenarioAt } from '../sweep/grid.ts';
import type { Sweep } from '../sweep/schema.ts';

/** Runs one cell; null when a run was cancelled. Throws what is neither a result nor bad input. */
export async function runCell(
  sweep: Sweep,
  cell: SweepCell,
  makeRuns: MakeRuns,
  base: string | undefined,
): Promise<CellResult | null> {
  const curve = traceCurve<SweepPoint>(sweep.load);
  let step = curve.next();
  while (step.done !== true) {
    const loads = step.value;
    const scenarios = loads.map((load) => scenarioAt(sweep, cell.variant, load));
    const specs = scenarios.map((scenario) => ({
      scenario,
      seed: cell.seed,
      ...(base === undefined ? {} : { base }),
    }));
    const outcomes = await makeRuns(specs, `${cell.variant.name}, seed ${cell.seed}`);
    const points: SweepPoint[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'cancelled') return null;
      if (outcome.status === 'invalid') {
        const reason = outcome.problems.map(describeProblem).join('; ');
        return { cell: cell.index, status: 'invalid', reason };
      }
      if (outcome.status === 'failed') throw new Error(outcome.message);
      points.push(pointOf(loads[i]!, scenarios[i]!, outcome));
    }
    step = curve.next(points);
  }
  return { cell: cell.index, status: 'done', curve: step.value };
}

function pointOf(
  load: number,
  scenario: Scenario,
  outcome: Extract<RunOutcome, { status: 'done' }>,
): SweepPoint {
  const report = buildReport([outcome.result], {
    scenario: scenario.name ?? '',
    slo: scenario.slo,
    ...pricing(scenario.prices),
    engineDigest: ENGINE_DIGEST,
    wallMs: 0,
  });
  return sweepPoint(load, report);
}
