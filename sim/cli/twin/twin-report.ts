/** The twin report: decisions compared, and latencies of the live and the simulated fleet side by side. */
import { isDeepStrictEqual } from 'node:util';
import { quantilesMs } from '../../metrics/build-report.ts';
import type { Recorder } from '../../metrics/recorder.ts';
import type { Quantiles } from '../../metrics/report.ts';
import type { LiveRun } from './live-run.ts';
import type { Decision } from './repeat.ts';

/** Latencies of one side, ms. */
export interface TwinSide {
  readonly completed: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly ttftMs: Quantiles;
  readonly itlMs: Quantiles;
  readonly tpotMs: Quantiles;
  readonly e2eMs: Quantiles;
}

export interface TwinReport {
  readonly requests: number;
  readonly decisions: {
    /** Requests that the live router sent to an endpoint. */
    readonly compared: number;
    /** Of those, sent to the same instances by the simulator on its own. */
    readonly agreeing: number;
    /** Of those, sent to the same endpoints when the recorded events are fed to a fresh router. */
    readonly agreeingWithRecordedScrapes: number;
  };
  readonly live: TwinSide;
  readonly simulated: TwinSide;
  /** What separates the sides besides the model: how late wall-clock timers handled engine steps, ms. */
  readonly noise: {
    readonly stepLatenessMs: { readonly mean: number; readonly p99: number; readonly max: number };
  };
  readonly notes: readonly string[];
}

const NOTES: readonly string[] = [
  'Prompts are sent as token ids: token counts and shared prefixes are those of the simulation; body sizes are not.',
  'Live answers are single-use content: follow-up turns find no cached answer, unlike in the simulation.',
  "Live latencies are the client's and hold HTTP, the gateway and timer lateness; token chunks that arrive together count as one gap.",
];

export function twinReport(
  live: LiveRun,
  simulated: Recorder,
  repeated: ReadonlyMap<number, Decision>,
  simulatedInstances: ReadonlyMap<number, readonly number[]>,
): TwinReport {
  let agreeing = 0;
  let agreeingWithRecordedScrapes = 0;
  for (const [request, id] of live.gatewayId) {
    const decision = live.decisions.get(id)!;
    const { addresses, prefiller } = decision;
    const served = prefiller === null ? [addresses[0]!] : [addresses[0]!, prefiller];
    const instances = served.map((address) => live.instanceOf.get(address));
    if (instances.join() === (simulatedInstances.get(request) ?? []).join()) agreeing += 1;
    if (isDeepStrictEqual(decision, repeated.get(id))) agreeingWithRecordedScrapes += 1;
  }
  return {
    requests: live.recorder.total.arrived,
    decisions: { compared: live.decisions.size, agreeing, agreeingWithRecordedScrapes },
    live: side(live.recorder),
    simulated: side(simulated),
    noise: { stepLatenessMs: lateness(live.lateness) },
    notes: NOTES,
  };
}

function side({ total, itl }: Recorder): TwinSide {
  return {
    completed: total.ends.completed,
    ended: total.ends,
    ttftMs: quantilesMs(total.ttft),
    itlMs: quantilesMs(itl),
    tpotMs: quantilesMs(total.tpot),
    e2eMs: quantilesMs(total.e2e),
  };
}

function lateness(values: readonly number[]): { mean: number; p99: number; max: number } {
  if (values.length === 0) return { mean: 0, p99: 0, max: 0 };
  const sorted = [...values].sort((a, b) => a - b);
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p99: sorted[Math.floor(0.99 * (sorted.length - 1))]!,
    max: sorted.at(-1)!,
  };
}
