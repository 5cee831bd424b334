/** The two charts of the comparison: how long users wait, and what that costs. */
import type { WorkloadComparison } from '../../sim/compare/comparison-report.ts';
import type { FleetCurves } from '../../sim/worker/api.ts';
import { CdfChart } from '../charts/cdf-chart.tsx';
import { CostLatencyChart } from '../charts/cost-latency-chart.tsx';

interface ChartsProps {
  readonly workload: WorkloadComparison;
  readonly curves: readonly FleetCurves[];
}

export function Charts({ workload, curves }: ChartsProps) {
  const { fleets } = workload;
  const check = fleets[0]!.report.slo.checks.find(({ metric }) => metric.startsWith('ttftMs.'));
  const lines = fleets.flatMap(({ letter, name }) => {
    const own = curves.find((each) => each.workload === workload.workload && each.fleet === name);
    return own === undefined ? [] : [{ letter, name, curve: own.ttft }];
  });
  const p95 = fleets[0]!.report.slo.checks.find(({ metric }) => metric === 'ttftMs.p95');
  return (
    <div className="charts">
      <CdfChart
        title="Time to first token"
        lines={lines}
        limitMs={check?.limit ?? null}
        limitStatistic={check?.metric.split('.').slice(1).join('.') ?? ''}
      />
      <CostLatencyChart fleets={fleets} limitMs={p95?.limit ?? null} />
    </div>
  );
}
