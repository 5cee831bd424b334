/** The charts of the comparison: how long users wait, for the first token and between tokens, and what that costs. */
import type { WorkloadComparison } from '../../sim/compare/comparison-report.ts';
import type { FleetCurves, QuantileCurve } from '../../sim/worker/api.ts';
import { CdfChart, type CdfLine } from '../charts/cdf-chart.tsx';
import { CostLatencyChart } from '../charts/cost-latency-chart.tsx';
import { BusyShares } from './busy-shares.tsx';
import { WhereTimeGoes } from './where-time-goes.tsx';

interface ChartsProps {
  readonly workload: WorkloadComparison;
  readonly curves: readonly FleetCurves[];
}

export function Charts({ workload, curves }: ChartsProps) {
  const { fleets } = workload;
  const linesOf = (pick: (own: FleetCurves) => QuantileCurve): CdfLine[] =>
    fleets.flatMap(({ letter, name }) => {
      const own = curves.find((each) => each.workload === workload.workload && each.fleet === name);
      return own === undefined ? [] : [{ letter, name, curve: pick(own) }];
    });
  const hasCurves = curves.length > 0;
  const p95 = fleets[0]!.report.slo.checks.find(({ metric }) => metric === 'ttftMs.p95');
  return (
    <div className="charts">
      {hasCurves && (
        <>
          <CdfChart
            title="Time to first token"
            metric="TTFT"
            of="requests"
            lines={linesOf(({ ttft }) => ttft)}
            {...limitOf(workload, 'ttftMs')}
          />
          <CdfChart
            title="Inter-token latency"
            metric="ITL"
            of="gaps between tokens"
            lines={linesOf(({ itl }) => itl)}
            {...limitOf(workload, 'itlMs')}
          />
        </>
      )}
      <WhereTimeGoes fleets={fleets} />
      <BusyShares fleets={fleets} />
      <CostLatencyChart fleets={fleets} limitMs={p95?.limit ?? null} />
    </div>
  );
}

function limitOf(
  { fleets }: WorkloadComparison,
  metric: string,
): { limitMs: number | null; limitStatistic: string } {
  const check = fleets[0]!.report.slo.checks.find((one) => one.metric.startsWith(`${metric}.`));
  return { limitMs: check?.limit ?? null, limitStatistic: check?.metric.split('.').slice(1).join('.') ?? '' };
}
