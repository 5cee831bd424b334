/**
 * Rolling changes as a Kubernetes Deployment makes them: replicas of the old kind are drained and replaced by new ones in turn,
 * with at most `maxSurge` more machines than before (machines that drain or start count: each holds its GPUs) and at most
 * `maxUnavailable` fewer replicas that serve.
 */
import { ConfigError } from '../../src/core/check.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { RolloutSpec } from '../scenario/schema.ts';
import type { Cluster } from './cluster.ts';
import type { Fleet, PoolSetup } from './fleet.ts';
import { poolOf } from './pool-of.ts';
import type { Replica } from './replica.ts';
import { startUpUs } from './start-up.ts';

const CODE_BEGIN = 1;
const CODE_READY = 2;
const CODE_STOP = 3;
const CODE_GONE = 4;

type Spec = RolloutSpec[number];

interface Rollout {
  readonly spec: Spec;
  readonly pool: number;
  readonly setup: PoolSetup;
  /** Replicas when it began. */
  wanted: number;
  /** Old replicas that still serve, oldest first. */
  olds: Replica[];
  /** New replicas not asked for yet. */
  toStart: number;
  starting: number;
  readonly draining: Set<Replica>;
  replaced: number;
  fewestServing: number;
  beganUs: number;
  endedUs: number;
}

/** The rolling changes of a run. */
export class Rollouts implements Component {
  readonly #kernel: Kernel;
  readonly #cluster: Cluster;
  readonly #target: number;
  readonly #rollouts: readonly Rollout[];
  /** Replicas whose grace period runs, by event argument. */
  readonly #graces: { readonly rollout: Rollout; readonly replica: Replica }[] = [];

  /** `setUp` sets up the pool of a rollout with its new engine. Throws ConfigError for mistakes below `rollout[i]`. */
  constructor(
    kernel: Kernel,
    cluster: Cluster,
    fleet: Fleet,
    specs: RolloutSpec,
    setUp: (pool: number, spec: Spec, path: string) => PoolSetup,
  ) {
    this.#kernel = kernel;
    this.#cluster = cluster;
    this.#target = kernel.register(this);
    this.#rollouts = specs.map((spec, i) => resolve(spec, fleet, setUp, `rollout[${i}]`));
    for (const [i, rollout] of this.#rollouts.entries()) {
      cluster.set.makeElastic(rollout.pool);
      kernel.at(gridUs(rollout.spec.atS * 1e6), PHASE.control, this.#target, CODE_BEGIN, i);
    }
  }

  /** One sentence for each rollout that began. */
  get notes(): string[] {
    return this.#rollouts.filter(({ beganUs }) => beganUs >= 0).map(describe);
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    if (code === CODE_STOP) {
      this.#stop(arg, nowUs);
      return;
    }
    const rollout = this.#rollouts[arg]!;
    if (code === CODE_BEGIN) {
      this.#begin(rollout, nowUs);
    } else if (code === CODE_READY) {
      rollout.starting -= 1;
      rollout.replaced += 1;
      this.#cluster.instances.add(rollout.pool, nowUs);
    }
    this.#step(rollout, nowUs);
  }

  #begin(rollout: Rollout, nowUs: number): void {
    const { set } = this.#cluster;
    rollout.beganUs = nowUs;
    rollout.olds = set.serving(rollout.pool);
    rollout.wanted = rollout.olds.length;
    rollout.toStart = rollout.wanted;
    rollout.fewestServing = rollout.wanted;
    set.startAs(rollout.pool, rollout.setup);
  }

  /** Does what the two limits allow now. */
  #step(rollout: Rollout, nowUs: number): void {
    const { spec, pool } = rollout;
    const { maxUnavailable = 1, maxSurge = 0 } = spec;
    const { set } = this.#cluster;
    const index = this.#rollouts.indexOf(rollout);
    while (rollout.toStart > 0 && set.held[pool]!.count < rollout.wanted + maxSurge) {
      rollout.toStart -= 1;
      rollout.starting += 1;
      set.held[pool]!.change(1, nowUs);
      const readyUs = gridUs(nowUs + startUpUs(spec, rollout.setup));
      this.#kernel.at(readyUs, PHASE.control, this.#target, CODE_READY, index);
    }
    // Crashed or scaled away meanwhile.
    rollout.olds = rollout.olds.filter((replica) => !replica.isDown && set.isShown(replica));
    while (rollout.olds.length > 0 && set.shown[pool]! > rollout.wanted - maxUnavailable) {
      this.#drain(rollout, rollout.olds.shift()!, nowUs);
    }
    rollout.fewestServing = Math.min(rollout.fewestServing, set.shown[pool]!);
    const isDone = rollout.olds.length + rollout.toStart + rollout.starting + rollout.draining.size === 0;
    if (isDone && rollout.endedUs < 0) rollout.endedUs = nowUs;
  }

  #drain(rollout: Rollout, replica: Replica, nowUs: number): void {
    const { graceS } = rollout.spec;
    rollout.draining.add(replica);
    if (graceS !== undefined) {
      const number = this.#graces.push({ rollout, replica }) - 1;
      this.#kernel.at(gridUs(nowUs + graceS * 1e6), PHASE.control, this.#target, CODE_STOP, number);
    }
    this.#cluster.instances.retire(replica, nowUs, (goneUs) => {
      rollout.draining.delete(replica);
      // In the middle of a request's end: what follows is an event of its own.
      const index = this.#rollouts.indexOf(rollout);
      this.#kernel.at(goneUs, PHASE.control, this.#target, CODE_GONE, index);
    });
  }

  #stop(number: number, nowUs: number): void {
    const { rollout, replica } = this.#graces[number]!;
    if (rollout.draining.has(replica)) this.#cluster.instances.crash(replica, false, nowUs);
  }
}

function describe(rollout: Rollout): string {
  const { spec, setup, replaced, fewestServing, beganUs, endedUs, wanted } = rollout;
  const ended = endedUs < 0 ? 'not over when the run ended' : `over at ${(endedUs / 1e6).toFixed(1)} s`;
  return (
    `${spec.pool}: rollout of ${setup.engineName}@${setup.engine.version} from ${(beganUs / 1e6).toFixed(1)} s, ${ended}, ` +
    `${replaced} of ${wanted} replicas replaced, at least ${fewestServing} serving`
  );
}

function resolve(
  spec: Spec,
  fleet: Fleet,
  setUp: (pool: number, spec: Spec, path: string) => PoolSetup,
  path: string,
): Rollout {
  const pool = poolOf(fleet, spec.pool, `${path}.pool`);
  const { maxUnavailable = 1, maxSurge = 0 } = spec;
  if (maxUnavailable === 0 && maxSurge === 0) {
    throw new ConfigError({
      path: `${path}.maxUnavailable`,
      found: '0, with maxSurge 0',
      expected: 'at least 1 of either: else no replica can be replaced',
    });
  }
  return {
    spec,
    pool,
    setup: setUp(pool, spec, path),
    ...{ wanted: 0, olds: [], toStart: 0, starting: 0, draining: new Set<Replica>(), replaced: 0 },
    ...{ fewestServing: 0, beganUs: -1, endedUs: -1 },
  };
}
