/**
 * What a worker of the pool does: one run at a time, in short bursts of events, with pauses in which a cancel is heard. It
 * knows no browser and no Node: clock, pause and files come from the host.
 */
import { ConfigError } from '../../src/core/check.ts';
import type { UserPlugins } from '../../src/plugin-api/plugin-module.ts';
import type { DecisionRecord } from '../../src/routing/decision.ts';
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import { Simulation } from '../cluster/simulate.ts';
import { withBoxed } from '../lab/baselines/boxed.ts';
import { FairnessTally } from '../lab/fairness.ts';
import { MissCounter } from '../metrics/miss-counter.ts';
import { OverTimeTally } from '../metrics/over-time.ts';
import { toRunData } from '../metrics/run-data.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { type LinePlace, outcomeOfError, type RunOutcomeData, type RunSpec } from '../run/run-spec.ts';
import type { SimRequest } from '../workload/request.ts';
import { textLines } from './text-lines.ts';

/** Wall time between pauses, ms: short enough for a cancel within 100 ms, long enough to cost nothing. */
const BURST_MS = 8;
/** Wall time between progress messages, ms. */
const PROGRESS_MS = 100;
/** Events between two looks at the clock. */
const EVENTS_PER_LOOK = 512;

/** What a worker needs from its surroundings. */
export interface RunHost {
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** A pause that lets messages in. */
  readonly pause: () => Promise<void>;
  /** Lines of a file that a scenario names; without it only texts that were handed in can be read. */
  readonly readLines?: (path: string, base: string | undefined) => Iterable<string>;
  /** Loads modules with plugins; without it runs can have none beside those in the box. */
  readonly loadPlugins?: (paths: readonly string[]) => Promise<UserPlugins>;
  /** Opens a place for records. */
  readonly openRecords?: (place: LinePlace) => RecordSink;
  /** Opens a place for routing decisions. */
  readonly openDecisions?: (place: LinePlace) => DecisionSink;
}

/** Takes the records of one run, in the order in which requests end. */
export interface RecordSink {
  write(request: SimRequest): void;
  close(): void;
}

/** Takes the routing decisions of one run, in order. */
export interface DecisionSink {
  write(decision: DecisionRecord, table: EndpointTable): void;
  close(): void;
}

/** Text of files by the path that scenarios name. */
export type Texts = Readonly<Record<string, string>>;

/** A worker as the pool sees it. */
export interface RunWorker {
  /** Texts for the runs to come. */
  hold(texts: Texts): void;
  /** Runs one scenario to its end. `engineDigest` is the caller's: other builds may compute other results. */
  run(spec: RunSpec, engineDigest: string): Promise<RunOutcomeData>;
  /** Ends the run in progress at its next pause. */
  cancel(): void;
}

/** Makes a worker. `onProgress` is told the share that is done (0..1), at least every 250 ms. */
export function createRunWorker(host: RunHost, onProgress: (share: number) => void): RunWorker {
  let texts: Texts = {};
  let isCancelled = false;

  async function run(spec: RunSpec): Promise<RunOutcomeData> {
    isCancelled = false;
    const plugins = withBoxed(await host.loadPlugins?.(spec.plugins ?? []));
    const records = spec.records === undefined ? undefined : host.openRecords?.(spec.records);
    const decisions = spec.decisions === undefined ? undefined : host.openDecisions?.(spec.decisions);
    const warmupUs = (spec.scenario.run?.warmupS ?? 0) * 1e6;
    const tally = spec.fairness === true ? new FairnessTally(warmupUs) : undefined;
    const overTime = spec.overTime === true ? new OverTimeTally() : undefined;
    const { giveUp } = spec;
    const misses = giveUp === undefined ? undefined : new MissCounter(giveUp.slo, warmupUs);
    const witnesses = [tally, overTime, misses].filter((one) => one !== undefined);
    try {
      const simulation = new Simulation(spec.scenario, {
        seed: spec.seed,
        fastForward: spec.fastForward ?? true,
        fleetPath: spec.fleetPath ?? 'fleet',
        readLines: (path) => linesOf(path, spec.base),
        extraPlugins: plugins.router,
        enginePolicies: plugins.engine,
        ...(spec.routerSeed === undefined ? {} : { routerSeed: spec.routerSeed }),
        ...(records === undefined && witnesses.length === 0
          ? {}
          : {
              onRecord: (request) => {
                records?.write(request);
                for (const witness of witnesses) witness.add(request);
              },
            }),
        ...(decisions === undefined
          ? {}
          : { onDecision: (decision, table) => decisions.write(decision, table) }),
      });
      const isLost = (): boolean => misses !== undefined && misses.count > giveUp!.misses;
      const way = await drive(simulation, isLost);
      if (way === 'cancelled') return { status: 'cancelled' };
      const result = toRunData(simulation.result());
      return {
        status: 'done',
        result: {
          ...result,
          ...(way === 'lost' ? { isGivenUp: true } : {}),
          ...(tally === undefined ? {} : { fairness: tally.data() }),
          ...(overTime === undefined ? {} : { overTime: overTime.data() }),
        },
      };
    } finally {
      records?.close();
      decisions?.close();
    }
  }

  /** Advances to the end, or until nothing can be won any more. */
  async function drive(
    simulation: Simulation,
    isLost: () => boolean,
  ): Promise<'ended' | 'lost' | 'cancelled'> {
    let toldMs = host.nowMs();
    for (;;) {
      const burstMs = host.nowMs();
      while (host.nowMs() - burstMs < BURST_MS) {
        if (simulation.advance(EVENTS_PER_LOOK)) return 'ended';
        if (isLost()) return 'lost';
      }
      if (host.nowMs() - toldMs >= PROGRESS_MS) {
        toldMs = host.nowMs();
        onProgress(simulation.progress);
      }
      await host.pause();
      if (isCancelled) return 'cancelled';
    }
  }

  function linesOf(path: string, base: string | undefined): Iterable<string> {
    if (Object.hasOwn(texts, path)) return textLines(texts[path]!);
    if (host.readLines !== undefined) return host.readLines(path, base);
    throw new ConfigError({
      path: 'workload.path',
      found: `${path}, which was not handed in`,
      expected: 'a trace that has been loaded',
    });
  }

  return {
    hold: (held) => {
      texts = held;
    },
    run: async (spec, engineDigest) => {
      if (engineDigest !== ENGINE_DIGEST) {
        return { status: 'failed', message: `the worker is of build ${ENGINE_DIGEST}, not ${engineDigest}` };
      }
      try {
        return await run(spec);
      } catch (error) {
        return outcomeOfError(error);
      }
    },
    cancel: () => {
      isCancelled = true;
    },
  };
}
