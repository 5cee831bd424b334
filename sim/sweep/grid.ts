/**
 * From a sweep to its cells: a pure function of the document, so that any machine that has it can run any part of it.
 *
 * A variant is one combination of the axes' points, in row-major order (the last axis runs fastest). A cell is one variant
 * with one seed: its whole load curve, adaptive points included, depends on nothing else. Cells are numbered with the seeds
 * as the outer loop:
 *
 *   cell index = seed index * variants + variant index
 *
 * Shard i of n (i from 1) takes the cells whose index leaves i - 1 when divided by n.
 */
import { ConfigError } from '../../src/core/check.ts';
import { atLoad } from '../lab/loads.ts';
import { seedsFrom } from '../run/plan-cells.ts';
import { parseScenario } from '../scenario/parse.ts';
import { setAt } from '../scenario/paths.ts';
import type { Scenario } from '../scenario/schema.ts';
import { boundedRun } from '../workload/bounds.ts';
import type { AxisSpec, Sweep } from './schema.ts';

/** One combination of the axes' points. */
export interface Variant {
  readonly index: number;
  /** e.g. `replicas 4, tp 2`; the sweep's name where nothing varies. */
  readonly name: string;
  /** Names of the points by axis, in the order of the axes. */
  readonly labels: readonly string[];
  readonly scenario: Scenario;
}

/** One variant with one seed. */
export interface SweepCell {
  readonly index: number;
  readonly variant: Variant;
  readonly seed: number;
}

/** Seeds of a sweep that names none. */
const DEFAULT_SEEDS = 3;

/** Name of a sweep that has none. */
export const DEFAULT_NAME = 'sweep';

interface AxisPoint {
  readonly label: string;
  /** Path in the sweep document, for errors. */
  readonly at: string;
  readonly set: readonly (readonly [path: string, value: unknown])[];
}

/** All variants; throws ConfigError where one is no valid scenario. */
export function gridOf(sweep: Sweep): Variant[] {
  const axes = (sweep.axes ?? []).map(pointsOf);
  let combinations: readonly (readonly AxisPoint[])[] = [[]];
  for (const points of axes) {
    combinations = combinations.flatMap((before) => points.map((point) => [...before, point]));
  }
  return combinations.map((points, index) => {
    const labels = points.map((point) => point.label);
    const named = labels.map((label, i) => `${axisName(sweep.axes![i]!)} ${label}`);
    return {
      index,
      name: named.length === 0 ? (sweep.name ?? DEFAULT_NAME) : named.join(', '),
      labels,
      scenario: scenarioWith(sweep.scenario, points),
    };
  });
}

/** All cells in order. */
export function cellsOf(sweep: Sweep): SweepCell[] {
  const variants = gridOf(sweep);
  return seedsOf(sweep).flatMap((seed, s) =>
    variants.map((variant, v) => ({ index: s * variants.length + v, variant, seed })),
  );
}

export function seedsOf(sweep: Sweep): number[] {
  const first = sweep.seed ?? (sweep.scenario['seed'] as number | undefined);
  return seedsFrom(first, sweep.seeds ?? DEFAULT_SEEDS);
}

/** Name of an axis in tables. */
export function axisName(axis: AxisSpec): string {
  return axis.name ?? axis.path?.split('.').at(-1) ?? 'point';
}

/** A variant's scenario at a load of the load axis. */
export function scenarioAt(sweep: Sweep, { scenario }: Variant, load: number): Scenario {
  if (sweep.load === undefined) return scenario;
  const workload = atLoad(scenario.workload, sweep.load.rps === undefined ? load : { rps: load }, 'load.rps');
  return { ...scenario, workload, run: boundedRun(workload, scenario.run ?? {}) };
}

function pointsOf(axis: AxisSpec, i: number): AxisPoint[] {
  if (axis.points !== undefined) {
    return axis.points.map(({ name, set }, p) => ({
      label: name,
      at: `axes[${i}].points[${p}].set`,
      set: Object.entries(set),
    }));
  }
  return axis.values!.map((value, v) => ({
    label: typeof value === 'object' && value !== null ? `#${v + 1}` : String(value),
    at: `axes[${i}].values[${v}]`,
    set: [[axis.path!, value]],
  }));
}

function scenarioWith(base: Sweep['scenario'], points: readonly AxisPoint[]): Scenario {
  const data = JSON.parse(JSON.stringify(base)) as Record<string, unknown>;
  for (const { at, set } of points) {
    for (const [path, value] of set) {
      try {
        setAt(data, path, value);
      } catch (error) {
        throw error instanceof ConfigError ? below(error, () => at) : error;
      }
    }
  }
  try {
    return parseScenario(data);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const settings = points.flatMap(({ at, set }) => set.map(([path]) => ({ at, path })));
    throw below(error, (path) => settings.find((one) => path.startsWith(one.path))?.at ?? `scenario.${path}`);
  }
}

/** The error with its problems placed in the sweep document. */
function below(error: ConfigError, place: (path: string) => string): ConfigError {
  return new ConfigError(error.problems.map((one) => ({ ...one, path: place(one.path) })));
}
