/** One engine step: a full batch of decoding sequences, one event a step, and the same as one segment of fast-forward. */
import { buildFleet } from '../sim/cluster/fleet.ts';
import type { EngineSink } from '../sim/engine/engine.ts';
import { createStreams } from '../sim/kernel/streams.ts';
import { createWorkload } from '../sim/workload/create.ts';
import { bestMs, type Print } from './print.ts';
import { aggregated } from './scenarios.ts';

const OUTPUT_TOKENS = 2000;
/** Runs of some milliseconds each; the first dozen warm the compiler up. */
const RUNS = 40;

const none = (): void => undefined;
const SINK: EngineSink = {
  admitted: none,
  firstToken: none,
  finished: none,
  preempted: none,
  gaps: none,
  gapSeries: none,
  loadRemote: none,
  refused: none,
};

/** Runs a batch of `sequences` from its arrival to its last token. */
function decodeAll(sequences: number, fastForward: boolean): { steps: number; ms: number } {
  const { fleet } = aggregated(1, 1);
  const [pool] = buildFleet(fleet, undefined, 'fleet').pools;
  let steps = 0;
  const ms = bestMs(RUNS, () => {
    const workload = createWorkload(
      {
        kind: 'synthetic',
        arrivals: { process: 'poisson', rateRps: 1000 },
        input: { dist: 'constant', value: 100 },
        output: { dist: 'constant', value: OUTPUT_TOKENS },
      },
      { streams: createStreams(1), run: { requests: sequences }, model: pool!.model.id },
    );
    const engine = pool!.engine.create(pool!.stepModel, fastForward);
    for (let next = workload.next(); next !== null; next = workload.next()) engine.enqueue(next, 'whole', 0);
    steps = 0;
    for (let at = engine.begin(0, SINK); at !== Number.POSITIVE_INFINITY; at = engine.begin(at, SINK)) {
      engine.end(at, SINK);
      steps += 1;
    }
  });
  return { steps, ms };
}

export function engineBenches(print: Print): void {
  for (const sequences of [1, 64]) {
    const single = decodeAll(sequences, false);
    const value = (single.ms * 1e6) / single.steps;
    print({ name: 'engine step, decode', value, unit: 'ns', sequences, steps: single.steps });
    const fast = decodeAll(sequences, true);
    print({
      ...{ name: 'engine step, decode, fast-forward', unit: 'ns', sequences, steps: single.steps },
      value: (fast.ms * 1e6) / single.steps,
      segments: fast.steps,
    });
  }
}
