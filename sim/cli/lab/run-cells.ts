/** Makes the runs of a lab on worker threads: the same figures for any number of them. */
import { setImmediate } from 'node:timers/promises';
import { ConfigError } from '../../../src/core/check.ts';
import {
  type CellCounterfactuals,
  type CounterfactualSpec,
  cellCounterfactuals,
} from '../../lab/counterfactuals.ts';
import { namedInLab, openLabCell, routerSeedOf } from '../../lab/lab-job.ts';
import { type LabRun, labRunOf } from '../../lab/lab-run.ts';
import type { LabCell } from '../../lab/plan.ts';
import { throwIfFailed } from '../../run/run-spec.ts';
import { EXIT, Stop } from '../exit-codes.ts';
import { fileLines } from '../lines.ts';
import { ProgressLine } from '../progress.ts';
import { runSpecs } from '../run-specs.ts';

export interface CellRunOptions {
  readonly seeds: readonly number[];
  /** Most worker threads; undefined: one a core. */
  readonly jobs: number | undefined;
  readonly isQuiet: boolean;
  /** Makes a full path of one in the document; '' is the folder that they start from. */
  readonly resolve: (path: string) => string;
  /** Modules that a cell's policy needs. */
  readonly pluginFilesOf: (cell: LabCell) => readonly string[];
  /** Put before the name of what is running. */
  readonly stage?: string;
}

/** Runs of each cell, in order of seeds. Throws ConfigError, and Stop when cancelled. */
export async function runCells(cells: readonly LabCell[], options: CellRunOptions): Promise<LabRun[][]> {
  const { seeds, jobs, isQuiet } = options;
  const cellAt = (index: number): LabCell => cells[index % cells.length]!;
  const seedAt = (index: number): number => seeds[Math.floor(index / cells.length)]!;
  const specs = Array.from({ length: cells.length * seeds.length }, (_, index) => {
    const cell = cellAt(index);
    const routerSeed = routerSeedOf(cell, seedAt(index));
    return {
      ...{ scenario: cell.scenario, seed: seedAt(index), fleetPath: cell.fleetPath },
      ...{ base: options.resolve(''), plugins: options.pluginFilesOf(cell), fairness: true as const },
      ...(routerSeed === undefined ? {} : { routerSeed }),
    };
  });
  const labelOf = (index: number): string => {
    const { policy, workload, load, isNull } = cellAt(index);
    return `${options.stage ?? ''}${policy}${isNull ? ' (A/A)' : ''}, ${workload}, ${load}, seed ${seedAt(index)}`;
  };
  const ran = await runSpecs(specs, { jobs, isQuiet, failFast: true, labelOf });
  for (const [index, outcome] of ran.outcomes.entries()) {
    try {
      throwIfFailed(outcome);
    } catch (error) {
      throw error instanceof ConfigError ? namedInLab(error, cellAt(index)) : error;
    }
  }
  if (ran.isCancelled) throw new Stop(EXIT.cancelled, `cancelled at ${Math.floor(ran.done * 100)} %`);
  return cells.map((cell, c) =>
    seeds.map((seed, s) => {
      const outcome = ran.outcomes[s * cells.length + c]!;
      if (outcome.status !== 'done') throw new Error(`a run is missing: ${outcome.status}`);
      return labRunOf(cell, seed, outcome.result);
    }),
  );
}

/** Wall time between looks at signals, ms. */
const BURST_MS = 50;

/** Counterfactuals of every cell but A/A ones, in this thread. */
export async function examineCells(
  cells: readonly LabCell[],
  spec: CounterfactualSpec,
  { seeds, isQuiet, resolve }: CellRunOptions,
): Promise<CellCounterfactuals[]> {
  const progress = new ProgressLine(isQuiet);
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
  };
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  const found: CellCounterfactuals[] = [];
  const real = cells.filter((cell) => !cell.isNull);
  try {
    for (const [i, cell] of real.entries()) {
      const work = cellCounterfactuals(cell, seeds[0]!, spec, (own, seed, options) =>
        openLabCell(own, seed, (path) => fileLines(resolve(path)), options),
      );
      let step = work.next();
      while (step.done !== true) {
        progress.show((i + step.value) / real.length, `counterfactuals of ${cell.policy}, ${cell.workload}`);
        await setImmediate();
        if (isCancelled) throw new Stop(EXIT.cancelled, 'cancelled during counterfactuals');
        const burstMs = performance.now();
        while (step.done !== true && performance.now() - burstMs < BURST_MS) step = work.next();
      }
      found.push(step.value);
    }
    return found;
  } finally {
    progress.clear();
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}
