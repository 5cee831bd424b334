/**
 * Spot machines that are taken back: for each machine the time to its interruption is exponential, drawn from a stream of its
 * own. With the notice nothing new is sent to its replicas; when it goes, what they still have is lost as in a crash; after a
 * while a new machine serves in its place, and may be taken in its turn. Replicas of one machine go together.
 */
import { SPOT_INTERRUPTIONS_PER_HOUR, SPOT_NOTICE_S } from '../../models/energy.ts';
import type { Rng, Streams } from '../../src/core/rng.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { PricesSpec } from '../scenario/schema.ts';
import type { Cluster } from './cluster.ts';
import type { Fleet } from './fleet.ts';
import type { Replica } from './replica.ts';

const CODE_NOTICE = 1;
const CODE_TAKE = 2;
const CODE_RETURN = 3;

const REPLACE_S = 600;

/** One machine of a pool, with the replicas that run on it. */
interface Machine {
  readonly pool: number;
  readonly rng: Rng;
  replicas: readonly Replica[];
}

/** Takes machines back and replaces them. */
export class SpotMarket implements Component {
  /** Machines that were taken. */
  interruptions = 0;
  readonly #kernel: Kernel;
  readonly #cluster: Cluster;
  readonly #target: number;
  readonly #machines: readonly Machine[];
  readonly #meanUs: number;
  readonly #noticeUs: number;
  readonly #replaceUs: number;

  constructor(
    kernel: Kernel,
    cluster: Cluster,
    fleet: Fleet,
    streams: Streams,
    spot: NonNullable<PricesSpec['spot']>,
  ) {
    this.#kernel = kernel;
    this.#cluster = cluster;
    this.#target = kernel.register(this);
    const perHour = spot.interruptionsPerHour ?? SPOT_INTERRUPTIONS_PER_HOUR.value;
    this.#meanUs = perHour > 0 ? 3.6e9 / perHour : Number.POSITIVE_INFINITY;
    this.#noticeUs = (spot.noticeS ?? SPOT_NOTICE_S) * 1e6;
    this.#replaceUs = (spot.replaceAfterS ?? REPLACE_S) * 1e6;
    this.#machines = machinesOf(cluster, fleet, streams);
    for (const index of this.#machines.keys()) this.#draw(index, 0);
  }

  onEvent(code: number, index: number, nowUs: number): void {
    // Once all requests have ended nothing more happens.
    if (!this.#cluster.isActive) return;
    const machine = this.#machines[index]!;
    if (code === CODE_NOTICE) {
      for (const replica of machine.replicas) this.#cluster.instances.withdraw(replica, nowUs);
      this.#at(nowUs + this.#noticeUs, CODE_TAKE, index);
    } else if (code === CODE_TAKE) {
      this.interruptions += 1;
      for (const replica of machine.replicas) {
        if (!replica.isDown) this.#cluster.instances.crash(replica, true, nowUs);
      }
      this.#at(nowUs + this.#replaceUs, CODE_RETURN, index);
    } else {
      const { all } = this.#cluster.set;
      const before = all.length;
      for (const _ of machine.replicas) this.#cluster.instances.add(machine.pool, nowUs);
      machine.replicas = all.slice(before);
      this.#draw(index, nowUs);
    }
  }

  /** The next interruption of a machine that serves from `nowUs` on. */
  #draw(index: number, nowUs: number): void {
    const waitUs = -Math.log(1 - this.#machines[index]!.rng.unit()) * this.#meanUs;
    if (waitUs < Number.POSITIVE_INFINITY) this.#at(nowUs + waitUs, CODE_NOTICE, index);
  }

  #at(timeUs: number, code: number, index: number): void {
    this.#kernel.at(gridUs(timeUs), PHASE.fault, this.#target, code, index);
  }
}

function machinesOf(cluster: Cluster, fleet: Fleet, streams: Streams): Machine[] {
  return fleet.pools.flatMap(({ gpu, gpusPerReplica }, pool) => {
    const members = cluster.set.all.filter((replica) => replica.pool === pool);
    const perMachine = Math.max(1, Math.floor(gpu.gpusPerNode / gpusPerReplica));
    const machines: Machine[] = [];
    for (let i = 0; i < members.length; i += perMachine) {
      const rng = streams.open(`spot/${pool}/${i / perMachine}`);
      machines.push({ pool, rng, replicas: members.slice(i, i + perMachine) });
    }
    return machines;
  });
}
