/** Other simulators on the same cases: their published predictions, which the case files carry, as errors. */
import type { MeasuredCase } from './case.ts';
import type { CaseReport } from './validate.ts';

/** A peer's error beside ours and the formula's, on one metric of one case's whole run. */
export interface PeerPoint {
  readonly peer: string;
  readonly metric: string;
  readonly errorPct: number;
  readonly ownPct: number;
  readonly naivePct: number | null;
}

/** The fields of their predictions by our metrics. Their time per token was scored against another count. */
const FIELDS: Readonly<Record<string, string>> = {
  'ttftMs.mean': 'ttft_mean',
  'e2eMs.mean': 'e2e_mean',
  'ttftMs.p99': 'ttft_p99',
  'e2eMs.p99': 'e2e_p99',
};

/** Points of a case that peers predicted as well; theirs of the whole run stand under stage -1. */
export function peerPoints(measured: MeasuredCase, report: CaseReport): PeerPoint[] {
  return Object.entries(measured.peers ?? {}).flatMap(([peer, { stages }]) =>
    report.points.flatMap((point): PeerPoint[] => {
      const field = FIELDS[point.metric];
      const predicted = field === undefined || point.stage !== null ? undefined : stages?.['-1']?.[field];
      if (typeof predicted !== 'number') return [];
      const errorPct = (100 * (predicted - point.measured)) / point.measured;
      return [{ peer, metric: point.metric, errorPct, ownPct: point.errorPct, naivePct: point.naivePct }];
    }),
  );
}
