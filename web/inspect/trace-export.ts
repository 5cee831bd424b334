/**
 * The recording as a Chrome trace, which Perfetto and chrome://tracing read: a process per pool, a thread per instance, each
 * request an asynchronous slice with its phases inside, and counters for queues and KV.
 */
import type { Recording } from '../../sim/inspect/recording.ts';
import { PHASES } from '../../sim/metrics/phases.ts';
import { requestAt } from './requests.ts';

interface TraceEvent {
  readonly name: string;
  /** b and e: begin and end of an asynchronous slice; C: counter; M: metadata. */
  readonly ph: 'b' | 'e' | 'C' | 'M';
  readonly pid: number;
  readonly tid: number;
  /** µs */
  readonly ts?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Requests that are written at most: viewers grow slow beyond. */
const MOST_REQUESTS = 50_000;

const FLEET_PID = 1;

/** Requests written at a stretch: some milliseconds of work. */
const STRETCH = 250;

/** The trace as a file, made in stretches with pauses between them: tens of megabytes would hold the page up for a second. */
export async function chromeTrace(recording: Recording, name: string): Promise<Blob> {
  const parts = ['{"displayTimeUnit":"ms","traceEvents":['];
  for (const events of stretches(recording, name)) {
    parts.push(`${parts.length > 1 ? ',' : ''}${events.map((event) => JSON.stringify(event)).join()}`);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return new Blob([...parts, ']}'], { type: 'application/json' });
}

/** None is empty. */
function* stretches(recording: Recording, name: string): Generator<TraceEvent[]> {
  yield metadata(recording, name);
  const { moments } = recording;
  const perMoment = Math.max(1, moments.instances);
  for (let m = 0; m < moments.atUs.length; m += Math.ceil((STRETCH * PHASES.length) / perMoment))
    yield counters(recording, m, Math.ceil((STRETCH * PHASES.length) / perMoment));
  const rows = recording.byArrival.subarray(0, MOST_REQUESTS);
  for (let i = 0; i < rows.length; i += STRETCH)
    yield [...rows.subarray(i, i + STRETCH)].flatMap((row) => slices(recording, row));
}

function metadata({ instances }: Recording, name: string): TraceEvent[] {
  const process: TraceEvent = { name: 'process_name', ph: 'M', pid: FLEET_PID, tid: 0, args: { name } };
  return [
    process,
    ...instances.map(
      (instance, i): TraceEvent => ({
        ...{ name: 'thread_name', ph: 'M', pid: FLEET_PID, tid: i + 1 },
        args: { name: instance.name },
      }),
    ),
  ];
}

/** Of `count` moments from one on. */
function counters({ moments, instances }: Recording, from: number, count: number): TraceEvent[] {
  return [...moments.atUs.subarray(from, from + count)].flatMap((ts, m) =>
    instances.map((instance, i): TraceEvent => {
      const cell = (from + m) * moments.instances + i;
      const args = {
        waiting: moments.waiting[cell]!,
        running: moments.running[cell]!,
        kvPercent: Math.round(moments.kv[cell]! * 100),
        evictedBlocks: moments.evictedBlocks[cell]!,
      };
      return { name: instance.name, ph: 'C', pid: FLEET_PID, tid: i + 1, ts, args };
    }),
  );
}

function slices(recording: Recording, row: number): TraceEvent[] {
  const request = requestAt(recording, row);
  const tid = recording.requests.endpoint[row]! + 1;
  const common = { cat: 'request', id: request.id, pid: FLEET_PID, tid } as const;
  const { promptTokens, outputTokens, cachedTokens, ending } = request;
  const args = { promptTokens, outputTokens, cachedTokens, ending };
  const name = `request ${request.id}`;
  const events: TraceEvent[] = [{ ...common, name, ph: 'b', ts: request.arrivalUs, args }];
  let ts = request.arrivalUs;
  for (const [i, phase] of PHASES.entries()) {
    const us = request.phasesUs[i]!;
    if (us <= 0) continue;
    events.push({ ...common, name: phase, ph: 'b', ts }, { ...common, name: phase, ph: 'e', ts: ts + us });
    ts += us;
  }
  events.push({ ...common, name, ph: 'e', ts });
  return events;
}
