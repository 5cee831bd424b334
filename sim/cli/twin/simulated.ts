/** A live scenario through the simulator: on its own, or repeating a live run. */
import type { Recording } from '../../cluster/recorded/recording.ts';
import { Simulation } from '../../cluster/simulate.ts';
import type { Recorder } from '../../metrics/recorder.ts';
import { type Decision, sentTo } from './decision.ts';
import type { LiveParts } from './live-run.ts';

/** What the simulator decided, by request number, and what it measured. */
export interface SimulatedRun {
  readonly decisions: ReadonlyMap<number, Decision>;
  readonly recorder: Recorder;
}

/** With a `recording` only routing is simulated. */
export function simulated(parts: LiveParts, seed: number, recording?: Recording): SimulatedRun {
  const decisions = new Map<number, Decision>();
  const simulation = new Simulation(parts.scenario, {
    seed,
    fastForward: true,
    extraPlugins: parts.plugins?.router ?? [],
    enginePolicies: parts.plugins?.engine ?? [],
    readLines: parts.readLines,
    onDecision: ({ request, dispatch }, table) => {
      if (dispatch !== null) decisions.set(request.id, sentTo(dispatch, table));
    },
    onRecord: ({ request, course }) => {
      if (course.dispatchedUs < 0) decisions.set(request.id, { refused: course.reason });
    },
    ...(recording === undefined ? {} : { recording }),
  });
  while (!simulation.advance(Number.POSITIVE_INFINITY));
  return { decisions, recorder: simulation.result().recorder };
}
