/**
 * One run of one scenario: builds the parts from plain data, advances in bounded pieces (so that a worker can report and be
 * cancelled), and leaves a RunResult.
 */
import type { SchedulingPolicyDefinition } from '../../src/plugin-api/engine-policy.ts';
import { createRouter, type EndpointPicker } from '../../src/router.ts';
import type { DecisionRecord } from '../../src/routing/decision.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';
import type { PluginDefinition } from '../../src/routing/plugin.ts';
import type { Pin } from '../../src/routing/scheduler.ts';
import { Kernel } from '../kernel/kernel.ts';
import { createStreams } from '../kernel/streams.ts';
import { ScaledStepModel } from '../latency/scaled.ts';
import { Recorder } from '../metrics/recorder.ts';
import type { PoolUsage, RunResult, ScalingChange } from '../metrics/run-result.ts';
import { IDEALISED, type Idealisation, idealisedScenario } from '../scenario/idealised.ts';
import type { RolloutSpec, Scenario } from '../scenario/schema.ts';
import { createWorkload } from '../workload/create.ts';
import { PerfectCache } from '../workload/perfect-cache.ts';
import type { SimRequest } from '../workload/request.ts';
import type { Workload } from '../workload/workload.ts';
import { Autoscaler } from './autoscaler.ts';
import { Cluster } from './cluster.ts';
import { defaultRouterConfig } from './default-router.ts';
import { FaultSchedule } from './faults.ts';
import { buildFleet, buildPool, type Fleet, type PoolSetup } from './fleet.ts';
import { IdealRouter } from './ideal-router.ts';
import { preciseTargets } from './kv-events.ts';
import { checkModels } from './model-check.ts';
import { patience } from './patience.ts';
import { RecordedRun } from './recorded/recorded-run.ts';
import { RecordedWorkload } from './recorded/recorded-workload.ts';
import type { Recording } from './recorded/recording.ts';
import { Rollouts } from './rollouts.ts';
import { SpotMarket } from './spot.ts';

/** How a run is made. */
export interface SimulationOptions {
  readonly seed: number;
  /** False: one event per engine step. */
  readonly fastForward: boolean;
  /** Reads the lines of a file that the scenario names: a trace, a model's config.json. */
  readonly readLines?: (path: string) => Iterable<string>;
  /** Called with every request that has ended. */
  readonly onRecord?: (request: SimRequest) => void;
  /** Called with every routing decision, and with the endpoints that its rows are of. */
  readonly onDecision?: (decision: DecisionRecord, table: EndpointTable) => void;
  /** Path of the fleet in the user's document, for errors; default `fleet`. */
  readonly fleetPath?: string;
  /** Plugin types of the router beside the built-in ones. */
  readonly extraPlugins?: readonly PluginDefinition[];
  /** Narrows single decisions of the router, for what-if runs. */
  readonly pin?: Pin;
  /** Scheduling policies that engines of pools may name. */
  readonly enginePolicies?: readonly SchedulingPolicyDefinition[];
  /** Seed of the router's own draws (ties) where they are to differ from the run's; default: the run's seed. */
  readonly routerSeed?: number | string;
  /** Arrivals, signals and answers of a live run: only routing is simulated. */
  readonly recording?: Recording;
}

/** A run in progress. */
export class Simulation {
  readonly #kernel = new Kernel();
  readonly #recorder: Recorder;
  readonly #cluster: Cluster;
  readonly #fleet: Fleet;
  readonly #workload: Workload;
  readonly #seed: number;
  readonly #horizonUs: number;
  readonly #expectedRequests: number;
  readonly #autoscaler: Autoscaler | null;
  readonly #spot: SpotMarket | null;
  readonly #idealised: readonly Idealisation[];
  readonly #stepTimeFactor: number;
  readonly #rollouts: Rollouts | null;
  #done = false;

  constructor(asked: Scenario, options: SimulationOptions) {
    const scenario = idealisedScenario(asked);
    const streams = createStreams(options.seed);
    const run = scenario.run ?? {};
    const ideals = run.idealised ?? [];
    this.#stepTimeFactor = run.stepTimeFactor ?? 1;
    this.#idealised = ideals;
    this.#seed = options.seed;
    this.#horizonUs = run.horizonS === undefined ? Number.POSITIVE_INFINITY : run.horizonS * 1e6;
    this.#expectedRequests = run.requests ?? Number.NaN;
    const fleet = buildFleet(
      scenario.fleet,
      scenario.calibration,
      options.fleetPath ?? 'fleet',
      options.readLines,
      options.enginePolicies,
    );
    const { recording } = options;
    const recorded = recording === undefined ? null : new RecordedRun(recording, this.#kernel);
    const timed = run.stepTimeFactor === undefined ? fleet : slowedFleet(fleet, run.stepTimeFactor);
    this.#fleet = recorded?.fleet(timed) ?? timed;
    checkModels(scenario.workload, this.#fleet);
    const workload = createWorkload(scenario.workload, {
      streams,
      run,
      model: this.#fleet.pools[0]!.model.huggingFace[0] ?? this.#fleet.pools[0]!.model.id,
      ...(options.readLines === undefined ? {} : { readLines: options.readLines }),
    });
    this.#workload =
      recording !== undefined
        ? new RecordedWorkload(recording.requests, workload.classes)
        : ideals.includes('perfectCache')
          ? new PerfectCache(workload)
          : workload;
    this.#recorder = new Recorder({
      warmupUs: (run.warmupS ?? 0) * 1e6,
      slo: scenario.slo,
      classes: this.#workload.classes,
      ...(options.onRecord === undefined ? {} : { onRecord: options.onRecord }),
    });
    const table = new EndpointTable();
    const router = scenario.router ?? {};
    const { onDecision } = options;
    const cancel = scenario.clients?.cancel;
    const routerStreams = options.routerSeed === undefined ? streams : createStreams(options.routerSeed);
    const pickers: EndpointPicker[] = [];
    let routers = 0;
    this.#cluster = new Cluster({
      kernel: this.#kernel,
      fleet: this.#fleet,
      table,
      workload: this.#workload,
      recorder: this.#recorder,
      scrapeIntervalUs: (router.scrapeIntervalMs ?? 50) * 1e3,
      ...(recorded === null ? {} : { makeFeed: recorded.makeFeed, wakeUs: recorded.wakeUs }),
      fastForward: options.fastForward,
      seed: options.seed,
      // With flow control requests wait in its queues, under its time-to-live.
      holdsAtGateway: isElastic(scenario) && !hasFlowControl(router.config),
      clients: {
        timeoutUs: (scenario.clients?.timeoutS ?? Number.POSITIVE_INFINITY) * 1e6,
        retries: scenario.clients?.retries ?? 0,
        backoffUs: (scenario.clients?.backoffS ?? 1) * 1e6,
        ...(cancel === undefined ? {} : { patienceUs: patience(cancel, streams.open('clients/patience')) }),
      },
      makeRouter: (output, table, model) => {
        const number = routers++;
        if (ideals.includes('idealRouting')) {
          return new IdealRouter(table, output, {
            requestOf: (id) => this.#cluster.request(id),
            setupOf: (row) => this.#cluster.set.setupOf(this.#cluster.set.at(number, row).index),
          });
        }
        const picker = createRouter({
          config: router.config ?? defaultRouterConfig(poolsOf(this.#fleet, model)),
          table,
          // The record tells when an evicted request's stream ended.
          output: recorded === null ? output : { ...output, evict: () => {} },
          // The first model's router draws as that of a fleet of one model does.
          streams: number === 0 ? routerStreams : { open: (path) => routerStreams.open(`${model}/${path}`) },
          allowExperimentalPlugins: router.allowExperimentalPlugins ?? false,
          ...(options.extraPlugins === undefined ? {} : { extraPlugins: options.extraPlugins }),
          ...(options.pin === undefined ? {} : { pin: options.pin }),
          ...(onDecision === undefined
            ? {}
            : { recorder: { decided: (decision) => onDecision(decision, table) } }),
        });
        pickers.push(picker);
        return picker;
      },
    });
    if (pickers.length > 0) this.#cluster.set.publishKvEvents(pickers.map(preciseTargets));
    recorded?.connect(pickers[0]!);
    new FaultSchedule(this.#kernel, this.#cluster, this.#fleet, scenario.faults ?? [], streams);
    const { prices } = scenario;
    this.#spot =
      prices?.purchase === 'spot'
        ? new SpotMarket(this.#kernel, this.#cluster, this.#fleet, streams, prices.spot ?? {})
        : null;
    const rules = scenario.autoscaler ?? [];
    this.#autoscaler =
      rules.length === 0 ? null : new Autoscaler(this.#kernel, this.#cluster, this.#fleet, rules);
    const rollouts = scenario.rollout ?? [];
    this.#rollouts =
      rollouts.length === 0
        ? null
        : new Rollouts(this.#kernel, this.#cluster, this.#fleet, rollouts, (pool, spec, path) =>
            changedPool(scenario, pool, spec, path, options),
          );
  }

  /**
   * Hands out up to `maxEvents` events, none after `untilUs`; true when none of those is left: the run has ended (`isDone`), or
   * goes on after `untilUs`.
   */
  advance(maxEvents: number, untilUs = Number.POSITIVE_INFINITY): boolean {
    if (this.#done) return true;
    const toUs = Math.min(this.#horizonUs, untilUs);
    const drained = this.#kernel.run(toUs, maxEvents);
    if (this.#cluster.isActive) {
      if (!drained) return false;
      if (toUs < this.#horizonUs && this.#kernel.nextTimeUs !== Number.POSITIVE_INFINITY) return true;
    }
    this.#done = true;
    this.#cluster.stop(this.endUs);
    return true;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** End of the run once it is done, µs. */
  get endUs(): number {
    return this.#horizonUs === Number.POSITIVE_INFINITY ? this.#cluster.lastUs : this.#horizonUs;
  }

  /** The running fleet and its setup, for looking only. */
  get running(): { readonly cluster: Cluster; readonly fleet: Fleet } {
    return { cluster: this.#cluster, fleet: this.#fleet };
  }

  /** Share of the run that is done, 0..1, as far as it can be known. */
  get progress(): number {
    if (this.#done) return 1;
    const byRequests = this.#cluster.ended / this.#expectedRequests;
    const byTime = this.#kernel.nowUs / this.#horizonUs;
    return Math.min(1, Number.isNaN(byRequests) ? byTime : Math.max(byRequests, byTime));
  }

  /** What the run leaves; call once it has ended. */
  result(): RunResult {
    const cluster = this.#cluster;
    const durationUs = Math.min(cluster.lastUs, this.#horizonUs);
    let queriedTokens = 0;
    let hitTokens = 0;
    for (const replica of cluster.set.all) {
      queriedTokens += replica.engine.meters.queriedTokens;
      hitTokens += replica.engine.meters.hitTokens;
    }
    return {
      seed: this.#seed,
      fingerprint: this.#kernel.fingerprint,
      events: this.#kernel.events,
      durationUs,
      recorder: this.#recorder,
      pools: this.#fleet.pools.map((_, pool) => this.#poolUsage(pool, durationUs)),
      queriedTokens,
      hitTokens,
      tiers: cluster.tiers.usage(),
      links: cluster.linkUsage(),
      provenance: this.#fleet.pools.map((pool) => pool.stepModel.provenance),
      notes: this.#notes(),
      idealised: this.#idealised,
      scaling: this.#autoscaler?.changes ?? [],
      tenants: this.#workload.tenants ?? [],
    };
  }

  #poolUsage(index: number, durationUs: number): PoolUsage {
    const pool = this.#fleet.pools[index]!;
    const members = this.#cluster.set.all.filter((r) => r.pool === index);
    const engines = members.map((r) => r.engine);
    const sum = (of: (engine: (typeof engines)[number]) => number): number =>
      engines.reduce((total, engine) => total + of(engine), 0);
    const availableUs = members.reduce(
      (total, r) => total + Math.max(0, Math.min(r.downSinceUs, durationUs) - r.upSinceUs),
      0,
    );
    const { set } = this.#cluster;
    const heldUs = set.isElastic(index) ? set.held[index]!.heldUs(durationUs) : pool.replicas * durationUs;
    const replicas = set.isElastic(index) ? heldUs / Math.max(1, durationUs) : pool.replicas;
    return {
      name: pool.name,
      role: pool.role,
      replicas,
      gpus: replicas * pool.gpusPerReplica,
      gpu: pool.gpu.id,
      model: pool.model.id,
      engine: `${pool.engineName}@${pool.engine.version}`,
      kvBlocks: pool.engine.kvBlocks,
      busyPrefillUs: sum((engine) => engine.meters.busyPrefillUs),
      busyDecodeUs: sum((engine) => engine.meters.busyDecodeUs),
      transferUs: this.#cluster.handover.transferUsByPool[index]!,
      availableUs,
      heldUs,
      kvMean: availableUs === 0 ? 0 : sum((engine) => engine.meters.kvUsageIntegralUs) / availableUs,
      kvMax: engines.reduce((most, engine) => Math.max(most, engine.meters.kvUsageMax), 0),
    };
  }

  #notes(): string[] {
    const notes = this.#fleet.pools.flatMap((pool) =>
      pool.engine.notes.map((note) => `${pool.name}: ${note}`),
    );
    notes.push(...(this.#workload.notes ?? []));
    for (const ideal of this.#idealised) {
      notes.push(`idealised, an upper bound that cannot be built: ${ideal}: ${IDEALISED[ideal]}`);
    }
    if (this.#stepTimeFactor !== 1) notes.push(`step times are ${this.#stepTimeFactor} times the model's`);
    notes.push(...(this.#rollouts?.notes ?? []));
    notes.push(...scalingNotes(this.#autoscaler?.changes ?? []));
    if (this.#spot !== null) notes.push(`spot: ${this.#spot.interruptions} machines were taken back`);
    const { retries } = this.#cluster;
    if (retries > 0) notes.push(`${retries} attempts were lost and sent again`);
    const ends = [...this.#cluster.unhappyEnds].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [why, times] of ends) notes.push(`${times} requests ${why}`);
    return notes;
  }
}

/** The fleet with steps that last `factor` times as long. */
function slowedFleet(fleet: Fleet, factor: number): Fleet {
  return {
    ...fleet,
    pools: fleet.pools.map((pool) => ({ ...pool, stepModel: new ScaledStepModel(pool.stepModel, factor) })),
  };
}

/** The pools of one model. */
function poolsOf(fleet: Fleet, model: string): Pick<Fleet, 'pools'> {
  return { pools: fleet.pools.filter((pool) => pool.model.id === model) };
}

/** Whether a pool may be without a replica that serves, and get one. */
function isElastic({ autoscaler = [], rollout = [] }: Scenario): boolean {
  return autoscaler.length > 0 || rollout.length > 0;
}

/** Whether an EndpointPickerConfig turns flow control on. */
function hasFlowControl(config: unknown): boolean {
  const gates = (config as { featureGates?: unknown } | undefined)?.featureGates;
  return Array.isArray(gates) && gates.includes('flowControl');
}

/** The pool with what a rollout changes of its engine. */
function changedPool(
  scenario: Scenario,
  pool: number,
  change: RolloutSpec[number],
  path: string,
  { readLines, enginePolicies }: SimulationOptions,
): PoolSetup {
  const before = scenario.fleet.pools[pool]!;
  const { version, args } = change.engine ?? {};
  const engine = {
    ...before.engine,
    ...(version === undefined ? {} : { version }),
    args: { ...before.engine.args, ...args },
  };
  return buildPool(
    { ...before, engine },
    scenario.fleet,
    scenario.calibration,
    path,
    readLines,
    enginePolicies,
  );
}

/** One sentence for each pool that was scaled. */
function scalingNotes(changes: readonly ScalingChange[]): string[] {
  return [...new Set(changes.map(({ pool }) => pool))].map((pool) => {
    const sizes = changes.filter((change) => change.pool === pool).map(({ replicas }) => replicas);
    const range = `between ${Math.min(...sizes)} and ${Math.max(...sizes)}`;
    return `${pool}: scaled ${sizes.length} times, ${range} replicas, in the end to ${sizes.at(-1)!}`;
  });
}

/** Runs a scenario to its end. */
export function simulate(scenario: Scenario, options: SimulationOptions): RunResult {
  const simulation = new Simulation(scenario, options);
  while (!simulation.advance(Number.POSITIVE_INFINITY));
  return simulation.result();
}
