/** A run's result as plain data and typed columns, for its way from one thread to another, and back. */
import { Recorder, type RecorderData } from './recorder.ts';
import type { StatsData } from './request-stats.ts';
import type { RunResult } from './run-result.ts';
import type { SketchData } from './sketch.ts';

/** `RunResult` as data. A report made from what `fromRunData` gives is the same to the last bit. */
export interface RunData extends Omit<RunResult, 'recorder'> {
  readonly recorder: RecorderData;
}

export function toRunData(result: RunResult): RunData {
  return { ...result, recorder: result.recorder.toData() };
}

export function fromRunData(data: RunData): RunResult {
  return { ...data, recorder: Recorder.fromData(data.recorder) };
}

/** Buffers of the columns, to be transferred instead of copied. */
export function columnBuffers(data: RunData): ArrayBuffer[] {
  const { total, byClass, itl, backlog, firstPhases, phases } = data.recorder;
  const ofSketch = ({ values, histogram }: SketchData): ArrayBuffer[] =>
    histogram === null
      ? [values.buffer]
      : [values.buffer, histogram.exponents.buffer, histogram.counts.buffer];
  const ofStats = ({ ttft, tpot, e2e, queue, transfer }: StatsData): ArrayBuffer[] =>
    [ttft, tpot, e2e, queue, transfer].flatMap(ofSketch);
  const { overTime } = data;
  return [
    ...(overTime === undefined
      ? []
      : [overTime.arrivalUs, overTime.ttftUs, overTime.tpotUs, overTime.isLost].map(({ buffer }) => buffer)),
    ...[total, ...byClass].flatMap(ofStats),
    ...ofSketch(itl),
    ...[firstPhases, phases].flatMap(({ counts, sumsUs }) => [counts.buffer, sumsUs.buffer]),
    ...[backlog.startUs, backlog.inFlight, backlog.waitUs, backlog.waits].map((column) => column.buffer),
  ];
}
