/** The charts of the comparison, linked by fleet: how long users wait, whether that is stable, where it goes and what it costs. */
import type { WorkloadComparison } from '../../sim/compare/comparison-report.ts';
import type { FleetCurves, QuantileCurve } from '../../sim/worker/api.ts';
import { CdfChart } from '../charts/cdf-chart.tsx';
import type { CdfLine } from '../charts/cdf-data.ts';
import { CdfOptions } from '../charts/cdf-options.tsx';
import { CostLatencyChart } from '../charts/cost-latency-chart.tsx';
import { LinkedFleets } from '../charts/linked-fleets.tsx';
import { useView } from '../state/view-store.ts';
import { BusyShares } from './busy-shares.tsx';
import { shownFigures } from './comparison-table.tsx';
import { FigureChart } from './figure-chart.tsx';
import { GridSection } from './grid-section.tsx';
import { limitOf } from './limit-of.ts';
import { LoadSection } from './load-section.tsx';
import { OverTimeChart, type OverTimeLine } from './over-time-chart.tsx';
import { WhereTimeGoes } from './where-time-goes.tsx';

interface ChartsProps {
  readonly workload: WorkloadComparison;
  readonly curves: readonly FleetCurves[];
}

export function Charts({ workload, curves }: ChartsProps) {
  const { fleets } = workload;
  const { report } = fleets[0]!;
  const linesOf = (pick: (own: FleetCurves) => QuantileCurve): CdfLine[] =>
    fleets.flatMap(({ letter, name }) => {
      const own = curves.find((each) => each.workload === workload.workload && each.fleet === name);
      return own === undefined ? [] : [{ letter, name, curve: pick(own) }];
    });
  const hasCurves = curves.length > 0;
  const p95 = report.slo.checks.find(({ metric }) => metric === 'ttftMs.p95');
  const timed = fleets.flatMap(({ letter, name }): OverTimeLine[] => {
    const own = curves.find((each) => each.workload === workload.workload && each.fleet === name);
    return own === undefined || own.overTime === null ? [] : [{ letter, name, overTime: own.overTime }];
  });
  const figures = shownFigures(fleets);
  const wanted = useView((state) => state.figure);
  const figure = figures.find(({ path }) => path === wanted) ?? figures[0]!;
  const [group] = figure.path.split('.');
  const hasCurve = hasCurves && (group === 'ttftMs' || group === 'itlMs');
  const marked = Number(/\.p(\d+)$/.exec(figure.path)?.[1]) / 100;
  const large = (of: string) => (hasCurve && group === of ? { isLarge: true, marked } : {});
  const limits = { ttftMs: limitOf(report, 'ttftMs').limitMs, tpotMs: limitOf(report, 'tpotMs').limitMs };
  const distributions = [
    <CdfChart
      key="ttft"
      title="Time to first token"
      metric="TTFT"
      of="requests"
      lines={linesOf(({ ttft }) => ttft)}
      {...limitOf(report, 'ttftMs')}
      {...large('ttftMs')}
    />,
    <CdfChart
      key="itl"
      title="Inter-token latency"
      metric="ITL"
      of="gaps between tokens"
      lines={linesOf(({ itl }) => itl)}
      {...limitOf(report, 'itlMs')}
      {...large('itlMs')}
    />,
  ];
  // The large one comes first.
  if (group === 'itlMs') distributions.reverse();
  return (
    <LinkedFleets fleets={fleets}>
      {hasCurves && (
        <fieldset className="filters plain" aria-label="How distributions are drawn">
          <CdfOptions />
        </fieldset>
      )}
      <div className="charts">
        {!hasCurve && <FigureChart figure={figure} fleets={fleets} />}
        {hasCurves && (
          <>
            {distributions}
            {timed.length > 0 && <OverTimeChart lines={timed} limits={limits} />}
          </>
        )}
        <WhereTimeGoes fleets={fleets} />
        <BusyShares fleets={fleets} />
        <CostLatencyChart fleets={fleets} limitMs={p95?.limit ?? null} />
      </div>
      <GridSection />
      <LoadSection fleets={fleets} />
    </LinkedFleets>
  );
}
