/**
 * From a document to the cells that are run: one scenario is one cell, a comparison is fleets times workloads. Every cell
 * is run with the same seeds.
 */

import { ConfigError } from '../../src/core/check.ts';
import type { Comparison, Scenario, WorkloadSpec } from '../scenario/schema.ts';
import { boundedRun } from '../workload/bounds.ts';

/** One fleet under one workload. */
export interface Cell {
  readonly workload: string;
  readonly fleet: string;
  /** Path of the fleet in the user's document. */
  readonly fleetPath: string;
  readonly scenario: Scenario;
}

/** Seed of the first run where the document names none. */
export const DEFAULT_SEED = 1;

/** Seeds of `count` runs: the document's, and the numbers that follow. */
export function seedsFrom(seed: number | undefined, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (seed ?? DEFAULT_SEED) + i);
}

/** The single cell of a scenario. */
export function scenarioCell(scenario: Scenario, fallbackName: string): Cell {
  const name = scenario.name ?? fallbackName;
  return { workload: workloadName(scenario.workload), fleet: name, fleetPath: 'fleet', scenario };
}

/** Cells of a comparison: all fleets under its workload, then under each further workload in the order of the document. */
export function comparisonCells(comparison: Comparison): Cell[] {
  const { fleets, workloads, router: commonRouter, ...common } = comparison;
  const named: (readonly [string, WorkloadSpec])[] = [
    [workloadName(comparison.workload), comparison.workload],
  ];
  for (const [name, workload] of Object.entries(workloads ?? {})) {
    if (name === named[0]![0]) throw nameTaken(name);
    named.push([name, workload]);
  }
  return named.flatMap(([name, workload]) =>
    fleets.map((fleet, i) => {
      const router = fleet.router ?? commonRouter;
      const { pools, network, kvStore } = fleet;
      return {
        workload: name,
        fleet: fleet.name,
        fleetPath: `fleets[${i}]`,
        scenario: {
          ...common,
          workload,
          run: boundedRun(workload, comparison.run ?? {}),
          fleet: {
            pools,
            ...(network === undefined ? {} : { network }),
            ...(kvStore === undefined ? {} : { kvStore }),
          },
          ...(router === undefined ? {} : { router }),
        },
      };
    }),
  );
}

function nameTaken(name: string): ConfigError {
  return new ConfigError({
    path: `workloads.${name}`,
    found: `the name of \`workload\`, "${name}"`,
    expected: 'another name (workload.name changes that of `workload`)',
  });
}

/** Name of a workload for tables: its own, else its kind. */
export function workloadName(workload: WorkloadSpec): string {
  switch (workload.kind) {
    case 'synthetic':
      return workload.name ?? 'synthetic';
    case 'trace':
      return workload.name ?? `${workload.format} trace`;
    case 'preset':
      return workload.name;
  }
}
