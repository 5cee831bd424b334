/**
 * How much load each fleet of a comparison can take: for every fleet and seed the load curve of a sweep, down and up from the
 * load of the document until the knee and the peak are found. Fleets are given the same requests at the same load.
 */
import type { Interval } from '../metrics/report.ts';
import { studentInterval } from '../metrics/student-t.ts';
import { comparisonCells, seedsFrom } from '../run/plan-cells.ts';
import { Cancelled } from '../run/run-spec.ts';
import { parseComparison } from '../scenario/parse.ts';
import type { SweepPoint } from '../sweep/blob.ts';
import type { Curve } from '../sweep/curve.ts';
import type { JobOptions, JobOutcome, ProgressSink } from './api.ts';
import { AskedRuns } from './asked-runs.ts';
import type { RunPool } from './run-pool.ts';
import { runCell } from './sweep-cell.ts';

/** The load curves of one fleet. */
export interface FleetLoads {
  readonly fleet: string;
  /** By seed; loads are factors of the document's own. */
  readonly curves: readonly Curve<SweepPoint>[];
  /** Null without an SLO. */
  readonly knee: LoadKnee | null;
}

/** Knees of several seeds, as factors of the document's load. */
export interface LoadKnee {
  readonly load: number;
  readonly interval: Interval | null;
  /** True where some seed met the SLO at every load tried: the knee is further up. */
  readonly isLowerBound: boolean;
}

export interface LoadReport {
  readonly workload: string;
  readonly seeds: readonly number[];
  readonly fleets: readonly FleetLoads[];
}

export interface LoadWorker {
  runLoads(
    document: unknown,
    options: Pick<JobOptions, 'jobId' | 'seeds' | 'traces'>,
    onProgress: ProgressSink<LoadReport>,
  ): Promise<JobOutcome<LoadReport>>;
  /** False when no such job runs. */
  cancelLoads(jobId: string): boolean;
}

const AXIS = { factors: [1], least: 1 / 16, most: 8, width: 0.1 };

export function createLoadWorker(pool: RunPool): LoadWorker {
  const runs = new AskedRuns(pool);
  return {
    runLoads: (document, options, onProgress) =>
      runs.job(options, onProgress, async (makeRuns) => {
        const comparison = parseComparison(document);
        const cells = comparisonCells(comparison).slice(0, comparison.fleets.length);
        const seeds = seedsFrom(comparison.seed, options.seeds);
        const curveOf = async (place: number, seed: number): Promise<Curve<SweepPoint>> => {
          const { fleet, scenario } = cells[place]!;
          const variant = { index: place, name: fleet, labels: [], scenario };
          const sweep = { scenario: {}, load: AXIS };
          const result = await runCell(sweep, { index: place, variant, seed }, makeRuns, undefined);
          if (result === null) throw new Cancelled();
          if (result.status === 'invalid') throw new Error(`${fleet}: ${result.reason}`);
          return result.curve;
        };
        const fleets = await Promise.all(
          cells.map(async ({ fleet }, place) => {
            const curves = await Promise.all(seeds.map((seed) => curveOf(place, seed)));
            return { fleet, curves, knee: kneeOf(curves) };
          }),
        );
        return { workload: cells[0]!.workload, seeds, fleets };
      }),
    cancelLoads: (jobId) => runs.cancel(jobId),
  };
}

function kneeOf(curves: readonly Curve<SweepPoint>[]): LoadKnee | null {
  const knees = curves.flatMap(({ knee }) => knee ?? []);
  if (knees.length < curves.length) return null;
  const loads = knees.map(({ load }) => load);
  return {
    load: loads.reduce((sum, load) => sum + load, 0) / loads.length,
    interval: studentInterval(loads),
    isLowerBound: knees.some(({ above }) => above === null),
  };
}
