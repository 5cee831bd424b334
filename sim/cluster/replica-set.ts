/** The instances of a run: which there are, which of them the router sees, and what it hears of them. */
import type { EngineSink } from '../engine/engine.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { ScaledStepModel } from '../latency/scaled.ts';
import type { FairShareNetwork } from '../net/fair-share.ts';
import type { Fabric } from './fabric.ts';
import type { Fleet, PoolSetup } from './fleet.ts';
import { HeldReplicas } from './held-replicas.ts';
import { kvEventFeed, type PreciseTarget } from './kv-events.ts';
import { LockStepGroup } from './lock-step.ts';
import type { ModelRoute, ModelRoutes } from './model-routes.ts';
import { Replica } from './replica.ts';
import type { TierWiring } from './tier-wiring.ts';

/** What new instances are connected to. */
export interface ReplicaSurroundings {
  readonly kernel: Kernel;
  readonly fleet: Fleet;
  readonly routes: ModelRoutes;
  readonly network: FairShareNetwork;
  readonly fabric: Fabric;
  readonly tiers: TierWiring;
  readonly fastForward: boolean;
  readonly seed?: number;
}

/** Instances by number (never used twice) and, while the router may send to them, by endpoint row. */
export class ReplicaSet {
  readonly all: Replica[] = [];
  /** Machines held, by pool. */
  readonly held: readonly HeldReplicas[];
  /** Instances that the router can send to, by pool. */
  readonly shown: number[];
  readonly #isElastic: boolean[];
  /** Set-up of instances by number, and of those still to come by pool. */
  readonly #setups: PoolSetup[] = [];
  readonly #nextSetup: PoolSetup[];
  readonly #parts: ReplicaSurroundings;
  /** The group that new ranks of a pool join. */
  readonly #groups: (LockStepGroup | undefined)[] = [];
  /** By route and row of its table. */
  readonly #byRow: (Replica | undefined)[][];
  /** Of each route. */
  #preciseTargets: readonly (readonly PreciseTarget[])[] = [];

  constructor(parts: ReplicaSurroundings) {
    this.#parts = parts;
    this.#byRow = parts.routes.all.map(() => []);
    this.held = parts.fleet.pools.map(() => new HeldReplicas());
    this.shown = parts.fleet.pools.map(() => 0);
    this.#nextSetup = [...parts.fleet.pools];
    this.#isElastic = parts.fleet.pools.map(() => false);
  }

  /** The pool's size changes during the run: it is billed for what is held. */
  makeElastic(pool: number): void {
    this.#isElastic[pool] = true;
  }

  isElastic(pool: number): boolean {
    return this.#isElastic[pool]!;
  }

  /** Starts an instance of a pool: it serves, and the router sees it, from now on. */
  add(pool: number, sink: EngineSink, nowUs: number): Replica {
    const { kernel, network, fastForward, seed } = this.#parts;
    const { feed } = this.#routeOf(pool);
    const setup = this.#nextSetup[pool]!;
    const model = new ScaledStepModel(setup.stepModel);
    const replica = new Replica({
      index: this.all.length,
      pool,
      engine: setup.engine.create(model, fastForward, seed),
      model,
      egress: network.addLink(setup.linkBytesPerUs, `${setup.name}/nic-out`),
      ingress: network.addLink(setup.linkBytesPerUs, `${setup.name}/nic-in`),
      nowUs,
      kernel,
      feed,
      sink,
    });
    this.all.push(replica);
    this.#setups.push(setup);
    this.#parts.fabric.attach(replica);
    this.#parts.tiers.connect(replica);
    this.#group(replica, setup);
    this.#show(replica, nowUs);
    this.#subscribe(replica);
    return replica;
  }

  /** Ranks of a pool fill one group after the other. */
  #group(replica: Replica, { lockStep }: PoolSetup): void {
    if (lockStep === null) return;
    let group = this.#groups[replica.pool];
    if (group === undefined || group.isFull) {
      group = new LockStepGroup(lockStep, this.#parts.kernel);
      this.#groups[replica.pool] = group;
    }
    group.add(replica);
  }

  /** Instance of a row that the router of a route was shown. */
  at(route: number, row: number): Replica {
    return this.#byRow[route]![row]!;
  }

  #routeOf(pool: number): ModelRoute {
    const { routes } = this.#parts;
    return routes.all[routes.ofPool(pool)]!;
  }

  #rowsOf(pool: number): (Replica | undefined)[] {
    return this.#byRow[this.#parts.routes.ofPool(pool)]!;
  }

  /** What an instance was set up as. */
  setupOf(index: number): PoolSetup {
    return this.#setups[index]!;
  }

  /** Instances of the pool that start from now on are set up so. */
  startAs(pool: number, setup: PoolSetup): void {
    this.#nextSetup[pool] = setup;
  }

  isShown(replica: Replica): boolean {
    return this.#rowsOf(replica.pool)[replica.row] === replica;
  }

  /** The router sees it no more; what it has goes on. Call `Router.endpointRemoved` before. */
  hide(replica: Replica): void {
    const { table, feed } = this.#routeOf(replica.pool);
    table.remove(table.endpoints[replica.row]!.id);
    feed.remove(replica.row);
    this.#rowsOf(replica.pool)[replica.row] = undefined;
    this.shown[replica.pool] = this.shown[replica.pool]! - 1;
  }

  /** A hidden instance takes requests again, under a row of its own. */
  showAgain(replica: Replica, nowUs: number): void {
    if (!replica.isDown && !this.isShown(replica)) this.#show(replica, nowUs);
  }

  /** Instances of a pool that the router can send to. */
  serving(pool: number): Replica[] {
    return this.all.filter((r) => r.pool === pool && !r.isDown && this.isShown(r));
  }

  /** From now on the indexes of each route hear of the caches of its instances. */
  publishKvEvents(targets: readonly (readonly PreciseTarget[])[]): void {
    this.#preciseTargets = targets;
    for (const replica of this.all) this.#subscribe(replica);
  }

  #show(replica: Replica, nowUs: number): void {
    const { index } = replica;
    const setup = this.setupOf(index);
    const { table, feed } = this.#routeOf(replica.pool);
    replica.row = table.add({
      id: `${setup.name}-${index}`,
      address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:8000`,
      labels: { ...setup.labels, ...this.#parts.fabric.labelsOf(replica) },
    });
    feed.add(replica.row, replica.engine, nowUs);
    this.#rowsOf(replica.pool)[replica.row] = replica;
    this.shown[replica.pool] = this.shown[replica.pool]! + 1;
  }

  #subscribe(replica: Replica): void {
    const targets = this.#preciseTargets[this.#parts.routes.ofPool(replica.pool)] ?? [];
    if (targets.length === 0) return;
    const feed = kvEventFeed(replica, targets);
    if (feed !== null) replica.engine.listenToCache?.(feed);
  }
}
