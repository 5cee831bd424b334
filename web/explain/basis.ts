/** What the charts of a screen rest on, in words: fleets, workload, seeds, requests, and which kind of interval. */
import type { Comparison } from '../../sim/scenario/schema.ts';
import { countText } from '../format.ts';
import type { Screen } from '../screen-names.ts';
import { comparisonRun } from '../state/comparison-run.ts';
import { useScenario } from '../state/document-store.ts';
import { inspectRun } from '../state/inspect-run.ts';
import { labRun } from '../state/lab-run.ts';
import { planRun } from '../state/plan-run.ts';

const NO_SEEDS = 'one run, so that there are no intervals';

/** Sentences without a full stop, joined by semicolons; empty where nothing has been run. */
export function basisOf(screen: Screen): string {
  const text = partsOf(screen).join('; ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function partsOf(screen: Screen): string[] {
  switch (screen) {
    case 'compare': {
      const report = comparisonRun.current()?.report;
      const own = report?.workloads[0];
      if (report === undefined || own === undefined) return [];
      const { confidence } = Object.values(own.fleets[0]!.report.intervals)[0] ?? {};
      return [
        `fleets ${own.fleets.map(({ letter, name }) => `${letter} ${name}`).join(', ')}`,
        `workload ${own.workload}`,
        `${seedsText(report.seeds)}, ${countText(own.fleets[0]!.report.counts.arrived)} requests of each fleet`,
        confidence === undefined ? NO_SEEDS : `${confidence * 100} % Student-t intervals over seeds`,
      ];
    }
    case 'inspect': {
      const result = inspectRun.current();
      if (result === null) return [];
      const { workload } = useScenario.getState().document as Partial<Comparison>;
      return [
        `fleet ${result.fleet}`,
        `workload ${workload?.name ?? workload?.kind ?? ''}`,
        `seed ${result.seed}, ${countText(result.recording.requests.count)} requests`,
        NO_SEEDS,
      ];
    }
    case 'plan': {
      const report = planRun.current();
      if (report === null) return [];
      const seeds = Math.max(1, ...report.candidates.map((one) => one.seeds));
      return [
        `${report.stages[0]?.in ?? 0} fleets looked at`,
        `up to ${seeds} seeds`,
        `${report.confidence * 100} % Student-t intervals over seeds`,
      ];
    }
    case 'lab': {
      const report = labRun.current();
      if (report === null) return [];
      return [`lab ${report.lab}`, seedsText(report.seeds), 'paired by seed'];
    }
    case 'library':
      return [];
  }
}

function seedsText(seeds: readonly number[]): string {
  return seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`;
}
