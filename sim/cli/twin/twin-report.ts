/** The twin report: decisions compared, and latencies of the live and the simulated fleet side by side. */
import { isDeepStrictEqual } from 'node:util';
import { quantilesMs } from '../../metrics/build-report.ts';
import type { Recorder } from '../../metrics/recorder.ts';
import type { Quantiles } from '../../metrics/report.ts';
import { isSameWork } from './decision.ts';
import type { LiveRun } from './live-run.ts';
import type { SimulatedRun } from './simulated.ts';

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
    /** Requests that the live router decided on: sent to an endpoint, or refused. */
    readonly compared: number;
    /** Of those, sent to the same instances by the simulator on its own. */
    readonly agreeing: number;
    /** Of those, decided alike (fallbacks and refusals too) by the simulator given the recorded arrivals, scrapes and answers. */
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

export function twinReport(live: LiveRun, alone: SimulatedRun, repeated: SimulatedRun): TwinReport {
  let agreeing = 0;
  let agreeingWithRecordedScrapes = 0;
  for (const [number, decision] of live.decisions) {
    if (isSameWork(decision, alone.decisions.get(number))) agreeing += 1;
    if (isDeepStrictEqual(decision, repeated.decisions.get(number))) agreeingWithRecordedScrapes += 1;
  }
  return {
    requests: live.recorder.total.arrived,
    decisions: { compared: live.decisions.size, agreeing, agreeingWithRecordedScrapes },
    live: side(live.recorder),
    simulated: side(alone.recorder),
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
