/** Faults of a scenario, as kernel events: what strikes, when, and when it ends. */
import { ConfigError } from '../../src/core/check.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { FaultSpec } from '../scenario/schema.ts';
import type { Cluster } from './cluster.ts';
import type { Fleet } from './fleet.ts';
import type { Replica } from './replica.ts';

const CODE_STRIKE = 1;
const CODE_DETECT = 2;
const CODE_END = 3;

/** Until Kubernetes takes a crashed pod off its endpoints, seconds (kubelet sees the exit within about one). */
const DETECT_S = 1;

/** Schedules and applies faults. */
export class FaultSchedule implements Component {
  readonly #kernel: Kernel;
  readonly #cluster: Cluster;
  readonly #faults: readonly FaultSpec[];
  readonly #victims: readonly Replica[];
  readonly #target: number;

  /** Throws ConfigError when a fault names a pool or replica that is not there. */
  constructor(kernel: Kernel, cluster: Cluster, fleet: Fleet, faults: readonly FaultSpec[]) {
    this.#kernel = kernel;
    this.#cluster = cluster;
    this.#faults = faults;
    this.#target = kernel.register(this);
    this.#victims = faults.map((fault, i) => victimOf(fault, cluster, fleet, `faults[${i}]`));
    for (const [i, fault] of faults.entries()) this.#at(fault.atS, CODE_STRIKE, i);
  }

  onEvent(code: number, index: number, nowUs: number): void {
    const fault = this.#faults[index]!;
    const victim = this.#victims[index]!;
    if (code === CODE_DETECT) this.#cluster.withdrawReplica(victim, nowUs);
    else if (code === CODE_STRIKE) this.#strike(fault, victim, index, nowUs);
    else this.#end(fault, victim, nowUs);
  }

  #strike(fault: FaultSpec, victim: Replica, index: number, nowUs: number): void {
    if (victim.isDown) return;
    switch (fault.kind) {
      case 'crash':
        this.#cluster.crashReplica(victim, nowUs);
        this.#at(fault.atS + (fault.detectAfterS ?? DETECT_S), CODE_DETECT, index);
        if (fault.recoverAfterS !== undefined) this.#at(fault.atS + fault.recoverAfterS, CODE_END, index);
        return;
      case 'drain':
        this.#cluster.withdrawReplica(victim, nowUs);
        if (fault.returnAfterS !== undefined) this.#at(fault.atS + fault.returnAfterS, CODE_END, index);
        return;
      case 'slow':
        victim.slowDown(fault.factor, nowUs);
        this.#at(fault.atS + fault.durationS, CODE_END, index);
        return;
      case 'scrapeLoss':
        this.#cluster.setScrapeLost(victim, true);
        this.#at(fault.atS + fault.durationS, CODE_END, index);
    }
  }

  #end(fault: FaultSpec, victim: Replica, nowUs: number): void {
    if (fault.kind === 'crash') {
      this.#cluster.withdrawReplica(victim, nowUs);
      this.#cluster.addReplica(victim.pool, nowUs);
    } else if (fault.kind === 'drain') {
      this.#cluster.set.showAgain(victim, nowUs);
    } else if (fault.kind === 'slow') {
      if (!victim.isDown) victim.slowDown(1, nowUs);
    } else {
      this.#cluster.setScrapeLost(victim, false);
    }
  }

  #at(seconds: number, code: number, index: number): void {
    this.#kernel.at(gridUs(seconds * 1e6), PHASE.fault, this.#target, code, index);
  }
}

function victimOf(fault: FaultSpec, cluster: Cluster, fleet: Fleet, path: string): Replica {
  const pool = fleet.pools.findIndex((p) => p.name === fault.pool);
  if (pool < 0) {
    const names = fleet.pools.map((p) => p.name).join(', ');
    throw new ConfigError({
      path: `${path}.pool`,
      found: `"${fault.pool}"`,
      expected: `a pool of the fleet: ${names}`,
    });
  }
  const members = cluster.set.all.filter((r) => r.pool === pool);
  const victim = members[fault.replica];
  if (victim === undefined) {
    throw new ConfigError({
      path: `${path}.replica`,
      found: String(fault.replica),
      expected: `0 to ${members.length - 1}: the pool ${fault.pool} has ${members.length} replicas`,
    });
  }
  return victim;
}
