/** What a chart hands over to be explained: its kind, and of the data that it draws what an explanation looks at. */
import type { FitPoint } from '../../sim/calibrate/fit-overhead.ts';
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import type { Recording } from '../../sim/inspect/recording.ts';
import type { LabFigure } from '../../sim/lab/lab-report.ts';
import type { Figure } from '../../sim/metrics/figures.ts';
import type { OverTime } from '../../sim/metrics/over-time.ts';
import type { WhyReport } from '../../sim/why/report.ts';
import type { QuantileCurve } from '../../sim/worker/api.ts';
import type { FleetCapacity } from '../compare/cost-curve.ts';

/** Data by kind of chart. */
export interface ChartData {
  readonly distribution: {
    readonly lines: readonly { readonly letter: string; readonly curve: QuantileCurve }[];
    readonly limitMs: number | null;
  };
  readonly overTime: {
    readonly lines: readonly { readonly letter: string; readonly overTime: OverTime }[];
    readonly metric: 'ttftMs' | 'tpotMs';
  };
  readonly phases: BarData;
  readonly busy: BarData;
  readonly figure: { readonly figure: Figure; readonly fleets: readonly FleetOutcome[] };
  readonly cost: ScatterData;
  readonly plan: ScatterData;
  readonly grid: {
    readonly grid: { readonly tps: readonly number[] };
    readonly cells: readonly {
      readonly tp: number;
      readonly fleet: { readonly name: string };
      readonly outcome: FleetOutcome | null;
    }[];
  };
  readonly load: {
    readonly lines: readonly {
      readonly letter: string;
      readonly knee: { readonly rps: number; readonly isLowerBound: boolean } | null;
    }[];
  };
  readonly demand: { readonly capacities: readonly FleetCapacity[]; readonly usdPerToken: number | null };
  readonly tornado: WhyReport;
  readonly cache: ShareData;
  readonly links: ShareData;
  readonly requests: Recording;
  readonly instances: Recording;
  readonly memory: Recording;
  readonly fleet: { readonly recording: Recording; readonly moment: number };
  readonly seeds: readonly LabFigure[];
  readonly measured: readonly FitPoint[];
  readonly errors: readonly { readonly name: string; readonly quantiles: readonly number[] }[];
}

/** Values of a bar by the order of the parts. */
interface BarData {
  readonly parts: readonly { readonly name: string }[];
  readonly bars: readonly { readonly label: string; readonly values: readonly number[] }[];
}

interface ScatterData {
  readonly points: readonly {
    readonly name: string;
    readonly x: number;
    readonly y: number;
    readonly isHollow?: boolean;
  }[];
  readonly x: (value: number) => string;
  readonly y: (value: number) => string;
}

interface ShareData {
  /** 0..1 by moment; NaN where there is nothing to be a share of. */
  readonly lines: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** Ends of the moments, seconds. */
  readonly atS: readonly number[];
}

export type ChartKind = keyof ChartData;

/** A chart of any kind with its data. */
export type About = {
  [Kind in ChartKind]: { readonly kind: Kind; readonly data: ChartData[Kind] };
}[ChartKind];
